import { type EncodedBatch, LlmmonError, type RunHistory } from '@llmmon/core'
import { batchesOf, type Entry, positionOf, type RunRecord, recordOf } from './run-record.js'

/** What a reader asks of Redis. */
export interface ReadRequests {
  /** Runs the read script on a run. */
  script(runId: string, ...args: number[]): Promise<unknown>
  /** Reads at most so many of a run's segments, from an id on as `XRANGE` takes it. */
  segments(runId: string, from: string, count: number): Promise<readonly Entry[]>
}

/** How often a read begins anew because the run was replaced under it. */
const maxAttempts = 3

/**
 * Reads runs, in parts so that no read holds up a Redis. A part says where the next begins by position, and positions keep their content:
 * the parts fit together even when raw batches become segments in between. However many ask for the same at once, it is read once.
 */
export class RunReader {
  readonly #requests: ReadRequests
  readonly #segmentsPerRead: number
  readonly #batchesPerRead: number
  readonly #reading = new Map<string, Promise<RunHistory | undefined>>()

  constructor(requests: ReadRequests, limits: { readonly segmentsPerRead: number; readonly batchesPerRead: number }) {
    this.#requests = requests
    this.#segmentsPerRead = limits.segmentsPerRead
    this.#batchesPerRead = limits.batchesPerRead
  }

  /** How a run stands, without its batches. */
  async inspect(runId: string): Promise<RunRecord | undefined> {
    return recordOf(runId, await this.#requests.script(runId))
  }

  /** A run's history after a number. */
  read(runId: string, after: number): Promise<RunHistory | undefined> {
    const key = `${runId} ${after}`
    const known = this.#reading.get(key)
    if (known) return known
    const reading = this.#read(runId, after).finally(() => this.#reading.delete(key))
    this.#reading.set(key, reading)
    return reading
  }

  async #read(runId: string, after: number): Promise<RunHistory | undefined> {
    for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
      const found = await this.#attempt(runId, after)
      if (found !== 'changed') return found
    }
    throw new LlmmonError('transport_failed', `The run ${runId} was replaced again and again while it was read.`, {
      runId,
      retryable: true,
    })
  }

  async #attempt(runId: string, after: number): Promise<RunHistory | undefined | 'changed'> {
    const batches: EncodedBatch[] = []
    let epoch: string | undefined
    let position = after
    for (;;) {
      // Segments that are wanted nearly always are asked for in the same go.
      const [part, early] = await Promise.all([
        this.#part(runId, position),
        position === 0 ? this.#segments(runId, '-') : undefined,
      ])
      if (!part) return undefined
      if (part.info.epoch !== (epoch ?? part.info.epoch)) return 'changed'
      epoch = part.info.epoch
      // Read after the raw batches, so that nothing can be missing between them: what has left them has become a segment.
      const segments = await this.#segmentsUpTo(runId, part, position, early)
      if (!segments) return 'changed'
      const end = segments.at(-1)?.to ?? 0
      batches.push(...segments, ...part.batches.filter(({ to }) => to > end))
      if (part.next === undefined) return { info: part.info, batches: batches.filter(({ to }) => to > after) }
      position = part.next
    }
  }

  // Undefined where they are gone, or another run's.
  async #segmentsUpTo(
    runId: string,
    { segmentsEnd, firstEpoch }: RunRecord,
    after: number,
    early: readonly Entry[] | undefined,
  ): Promise<readonly EncodedBatch[] | undefined> {
    const batches: EncodedBatch[] = []
    let entries = early
    let position = after
    while (position < segmentsEnd) {
      entries ??= await this.#segments(runId, `(${firstEpoch}-${position}`)
      const [first] = entries
      const last = entries.at(-1)
      if (!first || !last) return undefined
      if (positionOf(first).epoch !== firstEpoch || positionOf(last).epoch !== firstEpoch) return undefined
      batches.push(...batchesOf(entries))
      position = positionOf(last).seq
      entries = undefined
    }
    return batches
  }

  #segments(runId: string, from: string): Promise<readonly Entry[]> {
    return this.#requests.segments(runId, from, this.#segmentsPerRead)
  }

  async #part(runId: string, after: number): Promise<RunRecord | undefined> {
    return recordOf(runId, await this.#requests.script(runId, after, this.#batchesPerRead))
  }
}
