import { describe, expect, it } from 'vitest'
import { typicalSentences } from '../../src/summarise/typical-sentences.js'

const sentence = (...words: string[]) => ({ text: words.join(' '), passage: 0, words })
const none: ReadonlySet<string> = new Set()

describe('typicalSentences', () => {
  it('takes all where they are few', async () => {
    expect(await typicalSentences([sentence('a'), sentence('b')], none, 2)).toEqual([0, 1])
  })

  it('takes the same share of every stretch, in order', async () => {
    const chosen = await typicalSentences(
      Array.from({ length: 1_000 }, (_, i) => sentence(`w${i % 7}`, 'common')),
      none,
      200,
    )

    expect(chosen).toHaveLength(200)
    expect(chosen).toEqual([...chosen].sort((a, b) => a - b))
    expect(chosen.filter((index) => index >= 500)).toHaveLength(100)
  })

  it('prefers the words of the whole text', async () => {
    const sentences = [
      sentence('odd', 'one'),
      sentence('ship', 'sea'),
      sentence('strange', 'thing'),
      sentence('sea', 'ship'),
    ]

    expect(await typicalSentences(sentences, none, 2)).toEqual([1, 3])
  })

  it('stops at the signal', async () => {
    await expect(typicalSentences([sentence('w')], none, 10, AbortSignal.abort(new Error('enough')))).rejects.toThrow(
      'enough',
    )
  })
})
