import { type Channel, LlmmonError } from '../protocol/index.js'
import { type Interruptible, interruptible } from './interruptible.js'

/** What can be tapped: anything that gives chunks one after another, or will. */
export type TapSource<Chunk> = AsyncIterable<Chunk> | Iterable<Chunk> | ReadableStream<Chunk>

/** What a chunk adds to the text: a string, a string of another channel, or nothing. */
export type Pick<Chunk> = (chunk: Chunk) => string | { delta: string; channel?: Channel } | null | undefined

/** A tapped source: iterate it to get its chunks, or await it to drain it and get its text. Not both. */
export interface Tapped<Chunk> extends AsyncIterable<Chunk>, PromiseLike<string> {}

/** Who a tap works for. */
export interface TapOwner {
  /** Ends the tap: the source is closed, and whoever waits gets the signal's reason. */
  readonly signal: AbortSignal
  /** Takes the text of a chunk. */
  write(delta: string, channel: Channel): void
  /** Told of what is wrong with the tap itself. */
  report(error: LlmmonError): void
}

/**
 * Passes the chunks of a source through unchanged, one at a time as they are asked for, and tells the owner what text
 * each of them adds. `return` and `throw` go on to the source. A `ReadableStream` comes back as one.
 */
export function tapSource<Chunk>(
  source: TapSource<Chunk> | PromiseLike<TapSource<Chunk>>,
  pick: Pick<Chunk> | undefined,
  owner: TapOwner,
): Tapped<Chunk> {
  const { signal } = owner
  let text = ''
  let use: 'awaited' | 'iterated' | undefined
  let drained: Promise<string> | undefined

  const take = (chunk: Chunk): Chunk => {
    const picked = pickText(chunk, pick, owner)
    if (picked) {
      if (picked.channel === 'text') text += picked.delta
      owner.write(picked.delta, picked.channel)
    }
    return chunk
  }

  const claim = (as: 'awaited' | 'iterated'): void => {
    if (use !== undefined && (use !== as || as === 'iterated')) {
      const advice = 'Await it to get the text, or iterate it once to get the chunks.'
      throw new LlmmonError('invalid_argument', `This tapped stream is being ${use} already. ${advice}`)
    }
    use = as
  }

  const drain = async (): Promise<string> => {
    for await (const _ of { [Symbol.asyncIterator]: () => passThrough(chunksOf(source), take, signal) });
    return text
  }

  const awaited: PromiseLike<string> = {
    // biome-ignore lint/suspicious/noThenProperty: a tapped stream is awaitable by contract
    then(onFulfilled, onRejected) {
      try {
        claim('awaited')
      } catch (error) {
        return Promise.reject(error).then(onFulfilled, onRejected)
      }
      drained ??= drain()
      return drained.then(onFulfilled, onRejected)
    },
  }

  if (isReadableStream(source)) {
    const stream = tapReadable(source, take, signal, () => claim('iterated'))
    return Object.defineProperty(stream, 'then', { value: awaited.then }) as unknown as Tapped<Chunk>
  }

  return {
    ...awaited,
    [Symbol.asyncIterator]() {
      claim('iterated')
      return passThrough(chunksOf(source), take, signal)
    },
  }
}

function pickText<Chunk>(
  chunk: Chunk,
  pick: Pick<Chunk> | undefined,
  { report }: TapOwner,
): { delta: string; channel: Channel } | undefined {
  if (!pick) {
    if (typeof chunk === 'string') return { delta: chunk, channel: 'text' }
    const advice = 'Pass a second argument that picks the text: tap(stream, (chunk) => chunk.text).'
    report(new LlmmonError('invalid_argument', `A tapped stream gave a chunk that is not a string. ${advice}`))
    return undefined
  }
  try {
    const picked = pick(chunk)
    if (picked === undefined || picked === null) return undefined
    if (typeof picked === 'string') return { delta: picked, channel: 'text' }
    return { delta: picked.delta, channel: picked.channel ?? 'text' }
  } catch (cause) {
    // The stream is the chain's; a fault in what only watches it must not break it.
    report(new LlmmonError('hook_failed', 'The function that picks the text of a chunk threw.', { cause }))
    return undefined
  }
}

type Chunks<Chunk> = AsyncIterable<Chunk> | Iterable<Chunk>

function chunksOf<Chunk>(
  source: TapSource<Chunk> | PromiseLike<TapSource<Chunk>>,
): Chunks<Chunk> | Promise<Chunks<Chunk>> {
  if (isThenable(source)) return Promise.resolve(source).then((inner) => chunksOf(inner))
  if (isReadableStream(source)) return readerChunks(source)
  const isIterable =
    typeof source === 'object' && source !== null && (Symbol.asyncIterator in source || Symbol.iterator in source)
  if (isIterable) return source
  const message = `Expected an async iterable, an iterable or a ReadableStream to tap; got ${source === null ? 'null' : typeof source}.`
  throw new LlmmonError('invalid_argument', message)
}

function isThenable<Chunk>(source: unknown): source is PromiseLike<TapSource<Chunk>> {
  const isObject = typeof source === 'object' && source !== null
  return isObject && typeof (source as { then?: unknown }).then === 'function' && !(Symbol.asyncIterator in source)
}

function isReadableStream<Chunk>(source: unknown): source is ReadableStream<Chunk> {
  return typeof ReadableStream === 'function' && source instanceof ReadableStream
}

// Not every runtime iterates a ReadableStream itself.
async function* readerChunks<Chunk>(stream: ReadableStream<Chunk>): AsyncGenerator<Chunk> {
  const reader = stream.getReader()
  let isDone = false
  try {
    while (true) {
      const { done, value } = await reader.read()
      isDone = done
      if (done) return
      yield value
    }
  } finally {
    if (!isDone) await reader.cancel()
    reader.releaseLock()
  }
}

function passThrough<Chunk>(
  source: Chunks<Chunk> | Promise<Chunks<Chunk>>,
  take: (chunk: Chunk) => Chunk,
  signal: AbortSignal,
): AsyncIterator<Chunk> {
  let inner: AsyncIterator<Chunk> | Iterator<Chunk> | undefined
  const waits: Interruptible = interruptible(signal)
  const open = async () => {
    if (inner) return inner
    const chunks = await source
    inner = Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]()
    return inner
  }
  const step = async (ask: () => PromiseLike<IteratorResult<Chunk>> | IteratorResult<Chunk>) => {
    try {
      const result = await waits.wait(ask)
      if (result.done) waits.dispose()
      else take(result.value)
      return result
    } catch (error) {
      waits.dispose()
      // Not awaited: a source that hangs in its last read would hold up the stop for which it is closed.
      if (signal.aborted) {
        open()
          .then((iterator) => iterator.return?.())
          .catch(() => undefined)
      }
      throw error
    }
  }
  return {
    next: () => step(async () => (await open()).next()),
    async return(value?: unknown) {
      waits.dispose()
      const iterator = await open()
      return iterator.return ? await iterator.return(value) : { done: true, value }
    },
    throw: (error?: unknown) =>
      step(async () => {
        const iterator = await open()
        if (iterator.throw) return iterator.throw(error)
        throw error
      }),
  }
}

function tapReadable<Chunk>(
  source: ReadableStream<Chunk>,
  take: (chunk: Chunk) => Chunk,
  signal: AbortSignal,
  claim: () => void,
): ReadableStream<Chunk> {
  let reader: ReadableStreamDefaultReader<Chunk> | undefined
  const waits = interruptible(signal)
  const open = () => {
    if (reader) return reader
    claim()
    reader = source.getReader()
    return reader
  }
  return new ReadableStream<Chunk>(
    {
      async pull(controller) {
        try {
          const { done, value } = await waits.wait(() => open().read())
          if (done) controller.close()
          else controller.enqueue(take(value))
          if (done) waits.dispose()
        } catch (error) {
          waits.dispose()
          if (signal.aborted)
            open()
              .cancel(signal.reason)
              .catch(() => undefined)
          throw error
        }
      },
      cancel(reason: unknown) {
        waits.dispose()
        return open().cancel(reason)
      },
    },
    // Nothing is read ahead: the reader's pace is the source's pace, and a tap nobody reads touches nothing.
    { highWaterMark: 0 },
  )
}
