import type { Logger } from '@llmmon/core'
import { RateLimiterMemory } from 'rate-limiter-flexible'

/**
 * The part of a limiter of `rate-limiter-flexible` that is used. Rejecting with an error means that it could not count; with anything else, that there have been
 * too many.
 */
export interface HandshakeLimiter {
  consume(key: string): Promise<unknown>
}

const minute = 60

/** Counts upgrade requests by where they come from. */
export class HandshakeRate {
  readonly #own: RateLimiterMemory
  readonly #shared: HandshakeLimiter | undefined
  readonly #logger: Logger
  #isFailing = false

  /**
   * @param perMinute how many an address may make; by the limiter that is handed in, its own number
   * @param shared counts for many servers; while it fails the memory counts
   */
  constructor(perMinute: number, shared: HandshakeLimiter | undefined, logger: Logger) {
    this.#own = new RateLimiterMemory({ points: perMinute, duration: minute })
    this.#shared = shared
    this.#logger = logger
  }

  /** Counts one; gives after how many seconds to come back where there have been too many. */
  async take(network: string): Promise<number | undefined> {
    if (!this.#shared) return consume(this.#own, network)
    try {
      const wait = await consume(this.#shared, network)
      this.#isFailing = false
      return wait
    } catch (err) {
      if (!this.#isFailing) this.#logger.warn({ err }, 'The limiter of handshakes failed; they are counted in memory')
      this.#isFailing = true
      return consume(this.#own, network)
    }
  }
}

async function consume(limiter: HandshakeLimiter, key: string): Promise<number | undefined> {
  try {
    await limiter.consume(key)
    return undefined
  } catch (refusal) {
    if (refusal instanceof Error) throw refusal
    const { msBeforeNext } = (refusal ?? {}) as { readonly msBeforeNext?: unknown }
    return typeof msBeforeNext === 'number' ? Math.max(1, Math.ceil(msBeforeNext / 1_000)) : minute
  }
}
