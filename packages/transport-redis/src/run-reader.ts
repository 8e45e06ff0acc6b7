import { type EncodedBatch, LlmmonError, type RunHistory } from '@llmmon/core'
import { type RunRecord, recordOf } from './run-record.js'
import { readScript } from './script.js'

/** Makes a request of the read script. */
export type ReadRequest = (script: typeof readScript, runId: string, ...args: number[]) => Promise<unknown>

/** How often a read begins anew because the run was replaced under it. */
const maxAttempts = 3

/**
 * Reads runs, in parts so that no read holds up a Redis. A part says where the next begins by position, and positions keep their content:
 * the parts fit together even when raw batches become segments in between. However many ask for the same at once, it is read once.
 */
export class RunReader {
  readonly #request: ReadRequest
  readonly #segments: number
  readonly #batches: number
  readonly #reading = new Map<string, Promise<RunHistory | undefined>>()

  constructor(request: ReadRequest, limits: { readonly segmentsPerRead: number; readonly batchesPerRead: number }) {
    this.#request = request
    this.#segments = limits.segmentsPerRead
    this.#batches = limits.batchesPerRead
  }

  /** How a run stands, without its batches. */
  async inspect(runId: string): Promise<RunRecord | undefined> {
    return recordOf(runId, await this.#request(readScript, runId))
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
      let part = await this.#part(runId, after)
      const epoch = part?.info.epoch
      const batches: EncodedBatch[] = [...(part?.batches ?? [])]
      while (part?.next !== undefined && part.info.epoch === epoch) {
        part = await this.#part(runId, part.next)
        batches.push(...(part?.batches ?? []))
      }
      if (!part) return undefined
      if (part.info.epoch === epoch) return { info: part.info, batches: batches.filter(({ to }) => to > after) }
    }
    throw new LlmmonError('transport_failed', `The run ${runId} was replaced again and again while it was read.`, {
      runId,
      retryable: true,
    })
  }

  async #part(runId: string, after: number): Promise<RunRecord | undefined> {
    return recordOf(runId, await this.#request(readScript, runId, after, this.#segments, this.#batches))
  }
}
