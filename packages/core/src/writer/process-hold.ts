/** How long nothing may happen before the process is let go, ms. */
const patienceMs = 3_000

/** A timer of Node; in browsers it is a number. */
interface NodeTimer {
  ref(): unknown
  unref(): unknown
}

/**
 * Holds a Node process while something waits to be written, so that a script which has ended still gets it out: until it is written, or
 * until for 3 to 6 seconds nothing was. Where processes are not held by timers, it does nothing.
 */
export class ProcessHold {
  #timer: NodeTimer | undefined
  #isWanted = false
  #hasNews = false

  /** Something waits and is new, or got on. */
  want(): void {
    this.#hasNews = true
    if (this.#isWanted) return
    this.#isWanted = true
    if (this.#timer) this.#timer.ref()
    else this.#arm()
  }

  /** Nothing waits any more. */
  release(): void {
    this.#isWanted = false
    this.#timer?.unref()
  }

  /** Forgets everything. */
  stop(): void {
    this.#isWanted = false
    clearTimeout(this.#timer as number | undefined)
    this.#timer = undefined
  }

  #arm(): void {
    this.#hasNews = false
    const timer: unknown = setTimeout(() => {
      this.#timer = undefined
      // In trouble for long: not for ever.
      if (this.#isWanted && this.#hasNews) this.#arm()
      else this.#isWanted = false
    }, patienceMs)
    if (typeof timer === 'object') this.#timer = timer as NodeTimer
    else clearTimeout(timer as number)
  }
}
