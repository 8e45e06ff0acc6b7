import type { ClientFrame } from '@llmmon/core'
import type { ResolvedServerOptions } from './options.js'
import { TokenBucket } from './token-bucket.js'

/** How many frames a client of `llmmon.v1` may send: more where it says what it watches, for that it may do for hundreds of runs at once. */
export class FrameRate {
  readonly #all: TokenBucket
  readonly #others: TokenBucket

  /** @param now a monotonic clock, ms */
  constructor({ framesPerSecond, maxSubscriptions }: ResolvedServerOptions['limits'], now: number) {
    const burst = framesPerSecond * 5
    // A client that comes back subscribes to all it watches; one that turns to other runs also lets go of as many.
    this.#all = new TokenBucket(framesPerSecond, burst + maxSubscriptions * 2, now)
    this.#others = new TokenBucket(framesPerSecond, burst, now)
  }

  /** True when nothing is left of what was sent: a new one would allow the same. */
  isFull(now: number): boolean {
    return this.#all.isFull(now) && this.#others.isFull(now)
  }

  /** Whether one more frame may be read at all. */
  takes(now: number): boolean {
    return this.#all.take(now)
  }

  /** Whether it may be one of this type; undefined for one that is not known. */
  takesType(type: ClientFrame['type'] | undefined, now: number): boolean {
    return type === 'subscribe' || type === 'unsubscribe' || this.#others.take(now)
  }
}
