import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { wordPieces, wordStream } from '../../src/summarise/word-stream.js'

async function collect(stream: AsyncIterable<string>): Promise<string[]> {
  const pieces: string[] = []
  for await (const piece of stream) pieces.push(piece)
  return pieces
}

describe('wordPieces', () => {
  it('gives each word with the space before it', () => {
    expect(wordPieces('One two\n\nthree ')).toEqual(['One', ' two', '\n\nthree', ' '])
  })

  it('cuts what has no spaces, never through a character', () => {
    expect(wordPieces('今天天气很好我们去公园吧今天天气很好我们去公园吧今天')[0]).toBe('今天天气')
    expect(wordPieces('😀'.repeat(14))[0]).toBe('😀'.repeat(4))
  })

  it('gives the text when joined', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(wordPieces(text).join('')).toBe(text)
      }),
    )
  })
})

describe('wordStream', () => {
  it('gives the pieces of a text', async () => {
    expect(await collect(wordStream('One two three'))).toEqual(['One', ' two', ' three'])
    expect(await collect(wordStream(''))).toEqual([])
  })

  it('takes its time between two pieces, and none before the first', async () => {
    const stream = wordStream('One two', { wordDelayMs: 5 })
    expect((await stream.next()).value).toBe('One')
    const startedAt = performance.now()

    expect((await stream.next()).value).toBe(' two')
    // Timers may be a millisecond early.
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(4)
  })

  it('stops while it waits, with the reason of the signal', async () => {
    const controller = new AbortController()
    const reason = new Error('enough')
    const stream = wordStream('One two', { wordDelayMs: 600_000, signal: controller.signal })
    await stream.next()
    const second = stream.next()
    controller.abort(reason)

    await expect(second).rejects.toBe(reason)
    expect((await stream.next()).done).toBe(true)
  })

  it('stops between words that need no time', async () => {
    const controller = new AbortController()
    const stream = wordStream('One two', { signal: controller.signal })
    await stream.next()
    controller.abort(new Error('enough'))

    await expect(stream.next()).rejects.toThrow('enough')
  })
})
