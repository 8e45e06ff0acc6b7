/** Counts who is there, by a key, up to a limit for each. */
export class Seats {
  readonly #limit: number
  readonly #taken = new Map<string, number>()

  constructor(limit: number) {
    this.#limit = limit
  }

  /** How many have a seat under this key. */
  taken(key: string): number {
    return this.#taken.get(key) ?? 0
  }

  /** Takes a seat and gives how to leave it, idempotent; undefined where there is none. Who has no key needs no seat. */
  take(key: string | undefined): (() => void) | undefined {
    if (key === undefined) return () => undefined
    const taken = this.taken(key)
    if (taken >= this.#limit) return undefined
    this.#taken.set(key, taken + 1)
    let isLeft = false
    return () => {
      if (isLeft) return
      isLeft = true
      const left = this.taken(key) - 1
      if (left > 0) this.#taken.set(key, left)
      else this.#taken.delete(key)
    }
  }
}
