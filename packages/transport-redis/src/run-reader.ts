import { type EncodedBatch, LlmmonError, type RunHistory, type RunInfo } from '@llmmon/core'
import { batchesOf, type Entry, positionOf, type RunRecord, recordOf } from './run-record.js'

/** What a reader asks of Redis. */
export interface ReadRequests {
  /** Runs the read script on a run. */
  script(runId: string, ...args: number[]): Promise<unknown>
  /** Reads at most so many of a run's segments, from an id on as `XRANGE` takes it. */
  segments(runId: string, from: string, count: number): Promise<readonly Entry[]>
}

/** Takes a part of a history: how the run stands, and batches. Must not throw. */
export type TakePart = (part: RunHistory) => void

/** A whole history, and how many of its batches have been given as parts. */
interface Found extends RunHistory {
  readonly given: number
}

/** How many segments are asked for at first. */
const firstSegments = 2
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
  readonly #reading = new Map<string, Promise<Found | undefined>>()

  constructor(requests: ReadRequests, limits: { readonly segmentsPerRead: number; readonly batchesPerRead: number }) {
    this.#requests = requests
    this.#segmentsPerRead = limits.segmentsPerRead
    this.#batchesPerRead = limits.batchesPerRead
  }

  /** How a run stands, without its batches. */
  async inspect(runId: string): Promise<RunRecord | undefined> {
    return recordOf(runId, await this.#requests.script(runId))
  }

  /** A run's history after a number. @param take is given parts of it as they come; what is resolved with is then the rest */
  async read(runId: string, after: number, take?: TakePart): Promise<RunHistory | undefined> {
    const key = `${runId} ${after}`
    let reading = this.#reading.get(key)
    // Who comes to a read that has begun gets all at its end.
    const isOwn = !reading
    if (!reading) {
      reading = this.#read(runId, after, take).finally(() => this.#reading.delete(key))
      this.#reading.set(key, reading)
    }
    const found = await reading
    return found && { info: found.info, batches: isOwn ? found.batches.slice(found.given) : found.batches }
  }

  async #read(runId: string, after: number, take?: TakePart): Promise<Found | undefined> {
    for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
      const found = await this.#attempt(runId, after, take)
      if (found !== 'changed') return found
    }
    throw new LlmmonError('transport_failed', `The run ${runId} was replaced again and again while it was read.`, {
      runId,
      retryable: true,
    })
  }

  async #attempt(runId: string, after: number, take?: TakePart): Promise<Found | undefined | 'changed'> {
    const batches: EncodedBatch[] = []
    let given = 0
    let epoch: string | undefined
    let position = after
    const give = (info: RunInfo) => {
      if (!take) return
      const part = { info, batches: batches.slice(given) }
      given = batches.length
      take(part)
    }
    for (;;) {
      const asked = this.#part(runId, position)
      // Nearly always there are some: they are asked for in the same go.
      const early = position === 0 ? this.#segments(runId, '-', firstSegments) : undefined
      early?.catch(() => undefined)
      const part = await asked
      if (!part) return undefined
      const { info, segmentsEnd, next } = part
      if (info.epoch !== (epoch ?? info.epoch)) return 'changed'
      epoch = info.epoch
      // Read behind the raw batches, so that nothing can be missing between them: what has left them has become a segment.
      if (position < segmentsEnd) {
        const isWhole = await this.#segmentsOf(runId, part, position, early, (found) => {
          batches.push(...found.filter(({ to }) => to > after))
          give(info)
        })
        if (!isWhole) return 'changed'
      }
      const end = batches.at(-1)?.to ?? after
      batches.push(...part.batches.filter(({ to }) => to > end))
      if (next === undefined) return { info, batches, given }
      give(info)
      position = next
    }
  }

  // False where they are gone, or another run's. Few at first and then more, the next asked for before the last are looked at: who takes them need not wait for all.
  async #segmentsOf(
    runId: string,
    { segmentsEnd, firstEpoch }: RunRecord,
    after: number,
    early: Promise<readonly Entry[]> | undefined,
    take: (batches: readonly EncodedBatch[]) => void,
  ): Promise<boolean> {
    let count = firstSegments
    let asked = early ?? this.#segments(runId, `(${firstEpoch}-${after}`, count)
    for (;;) {
      const entries = await asked
      const [first] = entries
      const last = entries.at(-1)
      if (!first || !last) return false
      if (positionOf(first).epoch !== firstEpoch || positionOf(last).epoch !== firstEpoch) return false
      const isLast = positionOf(last).seq >= segmentsEnd
      count *= 2
      if (!isLast) asked = this.#segments(runId, `(${last[0]}`, count)
      take(batchesOf(entries))
      if (isLast) return true
    }
  }

  #segments(runId: string, from: string, count: number): Promise<readonly Entry[]> {
    return this.#requests.segments(runId, from, Math.min(count, this.#segmentsPerRead))
  }

  async #part(runId: string, after: number): Promise<RunRecord | undefined> {
    return recordOf(runId, await this.#requests.script(runId, after, this.#batchesPerRead))
  }
}
