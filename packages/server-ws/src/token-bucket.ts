/** Lets so many through a second on average, and so many at once. */
export class TokenBucket {
  readonly #perSecond: number
  readonly #burst: number
  #tokens: number
  #at: number

  constructor(perSecond: number, burst: number, now: number) {
    this.#perSecond = perSecond
    this.#burst = burst
    this.#tokens = burst
    this.#at = now
  }

  /** True when it would let the whole burst through, as a new one does. */
  isFull(now: number): boolean {
    // Where there is no limit, what is in it is no number.
    return !(this.#filled(now) < this.#burst)
  }

  /** Takes one; false when there is none. `now` in ms, by a monotonic clock. */
  take(now: number): boolean {
    this.#tokens = this.#filled(now)
    this.#at = now
    if (this.#tokens < 1) return false
    this.#tokens -= 1
    return true
  }

  #filled(now: number): number {
    return Math.min(this.#burst, this.#tokens + ((now - this.#at) / 1_000) * this.#perSecond)
  }
}
