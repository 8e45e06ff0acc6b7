import { describe, expect, it } from 'vitest'
import { maxComparedSentences, rankSentences } from '../../src/summarise/rank-sentences.js'
import { splitDocument } from '../../src/summarise/split-document.js'
import { alice, constitution, gettysburg } from './sample-text.js'

describe('rankSentences', () => {
  it('puts what the text is about above what is said in passing', async () => {
    const document = await splitDocument(
      'The old lighthouse guides ships through the storm. Ships trust the lighthouse when a storm hides the coast. The keeper of the lighthouse lights the lamp for the ships each night. My aunt likes to bake plum cake on Sundays with friends.',
    )
    const { scores } = await rankSentences(document)

    expect(Math.max(...scores)).toBe(1)
    expect(scores[3]).toBe(Math.min(...scores))
  })

  it.each([
    ['small', gettysburg],
    ['medium', constitution],
    ['large', alice],
  ])('compares every sentence of the %s text', async (_, text) => {
    const document = await splitDocument(text)
    const { scores, compared } = await rankSentences(document)

    expect(compared).toBe(document.sentences.length)
    expect(scores).toHaveLength(document.sentences.length)
    expect(scores.every((score) => score >= 0 && score <= 1)).toBe(true)
  })

  it('compares only so many sentences of an enormous text, from all over it', async () => {
    const document = await splitDocument(alice.repeat(5))
    const { scores, compared } = await rankSentences(document)
    const half = scores.length / 2

    expect(document.sentences.length).toBeGreaterThan(maxComparedSentences)
    expect(compared).toBeLessThanOrEqual(maxComparedSentences)
    expect(scores.slice(half).filter((score) => score > 0).length).toBeGreaterThan(maxComparedSentences / 3)
  })

  it('ranks a single sentence, and one without any telling word', async () => {
    expect((await rankSentences(await splitDocument('Hello there, world of ours.'))).scores).toEqual([1])
    expect((await rankSentences(await splitDocument('It is what it is.'))).scores).toEqual([1])
  })

  it('stops at the signal, before and in the middle of its work', async () => {
    const document = await splitDocument(alice)
    const controller = new AbortController()
    const ranking = rankSentences(document, {
      signal: controller.signal,
      onProgress: () => controller.abort(new Error('enough')),
    })

    await expect(ranking.then(() => 'ranked')).rejects.toThrow('enough')
    await expect(rankSentences(document, { signal: controller.signal })).rejects.toThrow('enough')
  })
})
