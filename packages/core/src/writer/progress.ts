/**
 * How far a run has come: by its top-level steps where their number is known, else by what the run says, else null.
 * Never goes back. A step counts once however often it is tried, and a failed one counts as done.
 */
export class ProgressMeter {
  readonly #totalSteps: number | undefined
  readonly #totalWeight: number
  readonly #weights = new Map<string, number>()
  readonly #done = new Set<string>()
  #last: number | null = null

  /**
   * @param totalSteps how many top-level steps there will be; undefined: not known
   * @param totalWeight what they weigh together, where that is known; else each that has not started weighs 1
   */
  constructor(totalSteps: number | undefined, totalWeight = 0) {
    this.#totalSteps = totalSteps
    this.#totalWeight = totalWeight
  }

  /** 0 to 100, or null while unknown. */
  get percentage(): number | null {
    return this.#last
  }

  /** A top-level step has started. */
  started(stepId: string, weight: number): void {
    if (!this.#weights.has(stepId)) this.#weights.set(stepId, weight)
  }

  /** A top-level step has ended; gives the progress of the run. */
  ended(stepId: string): number | null {
    this.#done.add(stepId)
    if (this.#totalSteps === undefined) return this.#last
    let done = 0
    let known = 0
    for (const [id, weight] of this.#weights) {
      known += weight
      if (this.#done.has(id)) done += weight
    }
    const open = Math.max(0, this.#totalSteps - this.#weights.size)
    const total = this.#totalWeight > 0 ? Math.max(this.#totalWeight, known) : known + open
    return this.#raise(total > 0 ? (done / total) * 100 : 100)
  }

  /** The run has said how far it is; gives what holds. */
  said(percentage: number | null): number | null {
    return percentage === null ? this.#last : this.#raise(percentage)
  }

  #raise(percentage: number): number {
    const rounded = Math.round(Math.min(100, Math.max(0, percentage)) * 10) / 10
    this.#last = Math.max(this.#last ?? 0, rounded)
    return this.#last
  }
}
