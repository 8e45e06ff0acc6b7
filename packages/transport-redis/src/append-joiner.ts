import type { AppendRequest, WriteAnswer } from '@llmmon/core'
import type { RunKeys } from './keys.js'
import type { RedisLimits, RedisRetention } from './options.js'
import { transportFailed } from './run-script.js'
import { messageOf } from './stored-batch.js'

/** How many runs are written by one script at most. */
export const runsPerScript = 64
/** How much they bring at most, characters: no script is to hold up a Redis. */
const lengthPerScript = 262_144

/** What an append joiner works with. */
export interface AppendJoinerOptions {
  readonly keysOf: (runId: string) => RunKeys
  /** Runs the append script. */
  readonly run: (keys: readonly string[], args: readonly (string | number)[]) => Promise<unknown>
  readonly retention: Required<RedisRetention>
  readonly limits: Required<RedisLimits>
  /** True for a cluster, where one script may touch one slot only. */
  readonly isCluster: boolean
}

interface Waiting {
  readonly request: AppendRequest
  resolve(answer: WriteAnswer): void
  reject(error: unknown): void
}

/**
 * Writes what several runs say in one turn by one script: with many runs, a request for each would cost more than what it brings. Each run gets
 * its own answer.
 */
export class AppendJoiner {
  readonly #options: AppendJoinerOptions
  #waiting: Waiting[] = []

  constructor(options: AppendJoinerOptions) {
    this.#options = options
  }

  /** Writes a batch of a run, together with what else is written in this turn. */
  append(request: AppendRequest): Promise<WriteAnswer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ request, resolve, reject })
      if (this.#waiting.length === 1) process.nextTick(() => this.#flush())
    })
  }

  #flush(): void {
    const most = this.#options.isCluster ? 1 : runsPerScript
    let group: Waiting[] = []
    let length = 0
    for (const waiting of this.#waiting.splice(0)) {
      const added = waiting.request.batch.text.length
      if (group.length === most || (group.length > 0 && length + added > lengthPerScript)) {
        void this.#send(group)
        group = []
        length = 0
      }
      group.push(waiting)
      length += added
    }
    void this.#send(group)
  }

  async #send(group: readonly Waiting[]): Promise<void> {
    const { keysOf, run, retention, limits, isCluster } = this.#options
    const keys: string[] = []
    const args: (string | number)[] = [retention.openMs, retention.endedMs, isCluster ? 1 : 0]
    for (const { request } of group) {
      const { runId, batch } = request
      const { meta, segments, tail } = keysOf(runId)
      const message = messageOf(batch, limits.publishedBytes)
      keys.push(meta, segments, tail)
      args.push(batch.epoch, batch.from, batch.to, batch.closes ? 1 : 0, batch.text)
      args.push(message === batch.text ? '' : message)
    }
    try {
      const others = (await run(keys, args)) as (WriteAnswer['answer'] | 'error' | number | string)[]
      // Answers come for what was not simply written, in the order of the runs.
      let next = 0
      for (const [i, { request, resolve, reject }] of group.entries()) {
        if (others[next] !== i + 1) {
          resolve({ answer: 'ok', last: request.batch.to })
          continue
        }
        const answer = others[next + 1] as WriteAnswer['answer'] | 'error'
        const detail = others[next + 2]
        next += 3
        if (answer === 'error') reject(transportFailed(new Error(String(detail))))
        else resolve({ answer, last: Number(detail) })
      }
    } catch (error) {
      for (const { reject } of group) reject(error)
    }
  }
}
