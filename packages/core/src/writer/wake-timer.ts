/** One timer for many deadlines: it calls at the earliest one it was given since, and never holds the process. */
export class WakeTimer {
  readonly #call: () => void
  #timer: ReturnType<typeof setTimeout> | undefined
  #due = Number.POSITIVE_INFINITY

  constructor(call: () => void) {
    this.#call = call
  }

  /** Calls at `time` at the latest; both by the same monotonic clock, ms. */
  at(time: number, now: number): void {
    if (time >= this.#due) return
    this.stop()
    this.#due = time
    this.#timer = setTimeout(
      () => {
        this.#due = Number.POSITIVE_INFINITY
        this.#call()
      },
      Math.max(0, Math.ceil(time - now)),
    )
    const { unref } = this.#timer as { unref?: () => void }
    unref?.call(this.#timer)
  }

  /** Forgets every deadline. */
  stop(): void {
    clearTimeout(this.#timer)
    this.#due = Number.POSITIVE_INFINITY
  }
}
