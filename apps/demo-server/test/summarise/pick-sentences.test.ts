import { describe, expect, it } from 'vitest'
import { pickSentences, summaryWords } from '../../src/summarise/pick-sentences.js'
import { materialOf } from './material.js'
import { alice, constitution, gettysburg } from './sample-text.js'

describe('summaryWords', () => {
  it('is a share of a short text and grows slowly with a long one', () => {
    expect([0, 100, 1_000, 10_000, 1_000_000].map(summaryWords)).toEqual([0, 30, 131, 350, 400])
  })
})

describe('pickSentences', () => {
  it.each([
    ['small', gettysburg],
    ['medium', constitution],
    ['large', alice],
  ])('picks about as many words of the %s text as asked for, in order', async (_, text) => {
    const { document, ranking } = await materialOf(text)
    const asked = summaryWords(document.words)
    const picked = pickSentences(document, ranking, asked)
    const words = picked.reduce((sum, index) => sum + (document.sentences[index]?.words.length ?? 0), 0)

    expect(picked).toEqual([...new Set(picked)].sort((a, b) => a - b))
    expect(words).toBeGreaterThan(asked * 0.7)
    expect(words).toBeLessThan(asked * 1.3)
  })

  it('never picks the same thing twice', async () => {
    const { document, ranking } = await materialOf(
      'The king of the north rides to the sea. The king of the north rides to the sea! A ship waits for the king in the harbour of the north.',
    )
    const picked = pickSentences(document, ranking, 100)

    expect(picked).toHaveLength(2)
    expect(picked[1]).toBe(2)
  })

  it('looks into more than one section', async () => {
    const { document, ranking } = await materialOf(alice)
    const sections = pickSentences(document, ranking, 400).map(
      (index) => document.passages[document.sentences[index]?.passage ?? 0]?.section,
    )

    expect(new Set(sections).size).toBeGreaterThan(6)
  })

  it('picks one sentence however few words are asked for', async () => {
    const { document, ranking } = await materialOf('One short sentence stands here. Another one stands there.')

    expect(pickSentences(document, ranking, 0)).toHaveLength(1)
  })
})
