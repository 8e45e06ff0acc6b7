/** How long a run that has just been written gathers before it is written again, ms. */
const gatherMs = 5
/** The same while more is said than anybody reads, ms: 20 times a second. */
const fastGatherMs = 50
/** How much that is: pushes per ms, in so many windows one after the other. */
const fastRate = 0.6
const fastWindows = 2
/** What a timer cannot tell from now, ms. */
const grainMs = 1

/**
 * When a run may be written again. A write costs the chain's process much the same however much it brings, so a run that says 1,000 tokens a second is
 * written 20 times a second, one that says 200 each time. Knows no clock.
 */
export class GatherPace {
  #windowEnd = 0
  #windowMs = gatherMs
  #pushes = 0
  #fast = 0

  /** Takes that something was said. */
  pushed(): void {
    this.#pushes += 1
  }

  /** When to write what is gathered, ms; a timer that is set to this is on time. */
  get due(): number {
    return this.#windowEnd - grainMs
  }

  /** True when what was said may wait for more. */
  isGathering(now: number): boolean {
    return now < this.due
  }

  /** Takes that the run is being written. */
  wrote(now: number): void {
    // Windows follow each other without a gap, since timers come late: who counts from when they came falls behind those who speak.
    const isNext = now >= this.due && now < this.#windowEnd + this.#windowMs
    this.#fast = isNext && this.#pushes >= fastRate * this.#windowMs ? this.#fast + 1 : 0
    this.#windowMs = this.#fast >= fastWindows ? fastGatherMs : gatherMs
    this.#windowEnd = (isNext ? this.#windowEnd : now) + this.#windowMs
    this.#pushes = 0
  }
}
