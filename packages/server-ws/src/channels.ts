import type { ResolvedServerOptions } from './options.js'
import { RunChannel } from './run-channel.js'

/** How long a channel without viewers is kept, ms: somebody who reloads a page finds it warm. */
const lingerMs = 5_000

/** The runs that this server follows: one channel each, however many viewers. */
export class Channels {
  readonly #channels = new Map<string, RunChannel>()
  readonly #options: ResolvedServerOptions
  readonly #now: () => number

  constructor(options: ResolvedServerOptions, now: () => number) {
    this.#options = options
    this.#now = now
  }

  /** How many runs are followed. */
  get size(): number {
    return this.#channels.size
  }

  /** How many viewers all runs have. */
  get viewers(): number {
    return [...this.#channels.values()].reduce((sum, { size }) => sum + size, 0)
  }

  /** Length of the history that is kept of all runs. */
  get historyLength(): number {
    return [...this.#channels.values()].reduce((sum, { historyLength }) => sum + historyLength, 0)
  }

  /** The channel of a run, made when it is first needed. */
  of(runId: string): RunChannel {
    let channel = this.#channels.get(runId)
    if (channel) {
      // Moved to the end: the ones used longest ago come first when memory is short.
      this.#channels.delete(runId)
    } else channel = new RunChannel(runId, this.#options, this.#now)
    this.#channels.set(runId, channel)
    return channel
  }

  /** Looks at what time has done; called about once a second. */
  tick(): void {
    let length = 0
    for (const [runId, channel] of this.#channels) {
      channel.tick()
      if (channel.size === 0 && this.#now() - channel.idleSince > lingerMs) {
        channel.close()
        this.#channels.delete(runId)
      } else length += channel.historyLength
    }
    for (const channel of this.#channels.values()) {
      if (length <= this.#options.limits.historyLength) return
      length -= channel.historyLength
      channel.shrink()
      length += channel.historyLength
    }
  }

  /** Stops following everything. */
  close(): void {
    for (const channel of this.#channels.values()) channel.close()
    this.#channels.clear()
  }
}
