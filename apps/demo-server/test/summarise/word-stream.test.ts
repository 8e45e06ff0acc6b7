import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { wordPieces, wordStream } from '../../src/summarise/word-stream.js'

afterEach(() => vi.useRealTimers())

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
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => expect(wordPieces(text).join('')).toBe(text)))
  })
})

describe('wordStream', () => {
  it('gives the pieces of a text', async () => {
    expect(await collect(wordStream('One two three'))).toEqual(['One', ' two', ' three'])
    expect(await collect(wordStream(''))).toEqual([])
  })

  it('takes its time between two pieces', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] })
    const stream = wordStream('One two', { wordDelayMs: 5 })
    expect((await stream.next()).value).toBe('One')
    const second = stream.next()

    // The promise timers of Node are not faked: that it waits is all there is to see.
    expect(await Promise.race([second, Promise.resolve('waiting')])).toBe('waiting')
    expect((await second).value).toBe(' two')
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
