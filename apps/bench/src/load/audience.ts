import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'
import type { ViewerSink } from '../driver.js'
import { clock, scanPayloads } from './payload.js'

/** Twice as many events as are ever in flight of one run, and more. */
const windowSize = 4_096

/** The viewers of one run: knows when an event has reached all of them. */
export class Audience {
  readonly #size: number
  readonly #delivered: () => void
  readonly #reached = new Uint32Array(windowSize)
  #latency: RecordableHistogram | undefined
  /** How many events all viewers together have had. */
  events = 0

  /** @param delivered called when all viewers have had an event */
  constructor(size: number, delivered: () => void) {
    this.#size = size
    this.#delivered = delivered
  }

  /** Records from now on how long events take. */
  time(latency: RecordableHistogram | undefined): void {
    this.#latency = latency
  }

  /** One of the viewers. */
  viewer(): ViewerSink {
    const take = (n: number, at: number) => this.#take(n, at)
    return { take: (text) => scanPayloads(text, take) }
  }

  #take(n: number, at: number): void {
    this.events += 1
    this.#latency?.record(Math.max(1, Math.round((clock() - at) * 1e6)))
    const slot = n % windowSize
    const reached = (this.#reached[slot] ?? 0) + 1
    this.#reached[slot] = reached === this.#size ? 0 : reached
    if (reached === this.#size) this.#delivered()
  }
}

/** Latencies in ns. */
export function latencies(): RecordableHistogram {
  return createHistogram()
}
