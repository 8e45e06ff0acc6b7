import { describe, expect, it } from 'vitest'
import { textRank } from '../../src/summarise/text-rank.js'
import { vectorise } from '../../src/summarise/tf-idf.js'

const space = (...texts: string[]) =>
  vectorise(
    texts.map((text) => text.split(' ')),
    new Set(),
  )

describe('textRank', () => {
  it('ranks the text that shares most with the others highest', async () => {
    const { scores, edges } = await textRank(space('red fish', 'red fox', 'fox den', 'old stone'))

    expect(scores.indexOf(Math.max(...scores))).toBe(1)
    expect(scores[1]).toBe(1)
    expect(scores.indexOf(Math.min(...scores))).toBe(3)
    expect(edges).toBeGreaterThanOrEqual(2)
  })

  it('treats alike texts alike', async () => {
    const { scores } = await textRank(space('red green', 'green blue', 'blue red'))

    expect(scores[0]).toBeCloseTo(scores[1] ?? 0)
    expect(scores[1]).toBeCloseTo(scores[2] ?? 0)
  })

  it('does not let repetitions vote each other up, and counts them', async () => {
    const { scores, repeats } = await textRank(
      space('same words here', 'same words here', 'same words here', 'ships sail seas', 'seas carry ships'),
    )

    expect(repeats).toEqual([2, 2, 2, 0, 0])
    expect(scores[3]).toBeGreaterThan(scores[0] ?? 1)
  })

  it('has nothing to say of nothing', async () => {
    expect(await textRank(space())).toMatchObject({ edges: 0, repeats: [] })
    expect([...(await textRank(vectorise([[], []], new Set()))).scores]).toEqual([1, 1])
  })

  it('stops at the signal, in the middle of its work', async () => {
    const words = Array.from({ length: 120 }, (_, i) => `word${i}`)
    const texts = Array.from({ length: 1_500 }, (_, i) => words.filter((_, k) => (i * 7 + k * k) % 11 === 0).join(' '))
    const controller = new AbortController()
    const progress: number[] = []
    const ranking = textRank(space(...texts), {
      signal: controller.signal,
      onProgress(percentage) {
        progress.push(percentage)
        controller.abort(new Error('enough'))
      },
    })

    await expect(ranking).rejects.toThrow('enough')
    expect(progress).toHaveLength(1)
  })
})
