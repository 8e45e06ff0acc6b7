import { readEvents } from '@llmmon/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type MemoryTransport, memoryTransport, type Run, startRun } from '../../src/index.js'

let transport: MemoryTransport
let run: Run
let errors: string[]

beforeEach(() => {
  transport = memoryTransport()
  errors = []
  run = startRun({ name: 'tap', transport, runId: 'r', onError: ({ code }) => errors.push(code) })
})

afterEach(() => transport.close())

async function text(): Promise<string> {
  await run.flushed()
  const events = await readEvents(transport, 'r')
  return events.map((event) => (event.update_type === 'token' ? event.delta : '')).join('')
}

/** A source that says what is done to it. */
function source(log: string[], chunks = ['a', 'b', 'c']): AsyncIterable<string> {
  let index = 0
  const iterator: AsyncIterator<string> = {
    async next() {
      log.push('next')
      return index < chunks.length
        ? { done: false, value: chunks[index++] as string }
        : { done: true, value: undefined }
    },
    async return(value) {
      log.push('return')
      return { done: true, value }
    },
    async throw(error) {
      log.push('throw')
      throw error
    },
  }
  return { [Symbol.asyncIterator]: () => iterator }
}

describe('tapSource', () => {
  it('awaited, drains the source and gives its text', async () => {
    expect(await run.tap(source([]))).toBe('abc')
    expect(await text()).toBe('abc')
  })

  it('iterated, passes every chunk through at the pace it is asked', async () => {
    const log: string[] = []
    const iterator = run.tap(source(log))[Symbol.asyncIterator]()
    expect(log).toEqual([])
    expect(await iterator.next()).toEqual({ done: false, value: 'a' })

    expect(log).toEqual(['next'])
  })

  it('closes the source when the consumer breaks off', async () => {
    const log: string[] = []
    for await (const chunk of run.tap(source(log))) if (chunk === 'b') break

    expect(log).toEqual(['next', 'next', 'return'])
    expect(await text()).toBe('ab')
  })

  it('hands a throw of the consumer on to the source', async () => {
    const log: string[] = []
    const iterator = run.tap(source(log))[Symbol.asyncIterator]()
    await iterator.next()
    const error = new Error('mine')

    await expect(iterator.throw?.(error)).rejects.toBe(error)
    expect(log).toEqual(['next', 'throw'])
  })

  it('lets the error of the source through as it is', async () => {
    const error = { not: 'an Error' }
    async function* failing() {
      yield 'a'
      throw error
    }

    await expect(run.tap(failing())).rejects.toBe(error)
    expect(await text()).toBe('a')
  })

  it('cannot be both awaited and iterated, nor iterated twice', async () => {
    const awaited = run.tap(source([]))
    await awaited
    const iterated = run.tap(source([]))
    iterated[Symbol.asyncIterator]()

    expect(() => awaited[Symbol.asyncIterator]()).toThrow(/Await it/)
    expect(() => iterated[Symbol.asyncIterator]()).toThrow(/being iterated already/)
    await expect(Promise.resolve(iterated)).rejects.toThrow(/being iterated already/)
    expect(await awaited).toBe('abc')
  })

  it('picks the text and its channel, and nothing from chunks that have none', async () => {
    const chunks = [{ t: 'think', r: true }, { t: 'say' }, {}]
    const result = await run.tap(chunks, ({ t, r }: { t?: string; r?: boolean }) => {
      if (t === undefined) return undefined
      return r ? { delta: t, channel: 'reasoning' } : t
    })
    await run.flushed()
    const tokens = (await readEvents(transport, 'r')).filter(({ update_type }) => update_type === 'token')

    expect(result).toBe('say')
    expect(tokens).toMatchObject([
      { channel: 'reasoning', delta: 'think' },
      { channel: 'text', delta: 'say' },
    ])
  })

  it('tells, once, of chunks that it cannot read, and passes them on', async () => {
    const seen: unknown[] = []
    for await (const chunk of run.tap([{ a: 1 }, { a: 2 }])) seen.push(chunk)

    expect(seen).toEqual([{ a: 1 }, { a: 2 }])
    expect(errors).toEqual(['invalid_argument'])
  })

  it('does not let a pick that throws break the stream', async () => {
    const seen: unknown[] = []
    const tapped = run.tap(source([]), () => {
      throw new Error('bad pick')
    })
    for await (const chunk of tapped) seen.push(chunk)

    expect(seen).toEqual(['a', 'b', 'c'])
    expect(errors).toEqual(['hook_failed'])
  })

  it('takes the promise of a stream, as client libraries give', async () => {
    expect(await run.tap(Promise.resolve(source([])))).toBe('abc')
  })

  it('gives a ReadableStream back as one, with its back-pressure and cancel', async () => {
    const log: unknown[] = []
    const readable = new ReadableStream<string>(
      {
        pull(controller) {
          log.push('pull')
          controller.enqueue(`chunk ${log.length}`)
        },
        cancel: (reason) => void log.push(reason),
      },
      { highWaterMark: 0 },
    )
    const tapped = run.tap(readable)
    expect(tapped).toBeInstanceOf(ReadableStream)
    const reader = tapped.getReader()
    expect(log).toEqual([])
    expect(await reader.read()).toEqual({ done: false, value: 'chunk 1' })
    await reader.cancel('enough')

    expect(log).toEqual(['pull', 'enough'])
    expect(await text()).toBe('chunk 1')
  })

  it('drains a ReadableStream that is awaited', async () => {
    const readable = new ReadableStream<string>({
      start(controller) {
        controller.enqueue('x')
        controller.enqueue('y')
        controller.close()
      },
    })

    expect(await run.tap(readable)).toBe('xy')
  })

  it('stops at once when the run is cancelled, though its source hangs, and closes the source', async () => {
    const log: string[] = []
    const hanging: AsyncIterable<string> = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise<never>(() => undefined),
        return: async () => {
          log.push('return')
          return { done: true, value: undefined }
        },
      }),
    }
    const draining = Promise.resolve(run.tap(hanging))
    await new Promise(setImmediate)
    run.cancel('enough')

    await expect(draining).rejects.toMatchObject({ name: 'AbortError', message: 'enough' })
    expect(log).toEqual(['return'])
  })

  it.each([
    ['a string', 'text'],
    ['null', null],
    ['a number', 7],
  ])('refuses %s with our error', async (_, value) => {
    await expect(Promise.resolve(run.tap(value as never))).rejects.toMatchObject({ code: 'invalid_argument' })
  })
})
