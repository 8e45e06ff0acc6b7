/** Counts who is there, by a key, up to a limit for each. Who has no key needs no seat. */
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

  /** Takes a seat; false where there is none. */
  take(key: string | undefined): boolean {
    if (key === undefined) return true
    const taken = this.taken(key)
    if (taken >= this.#limit) return false
    this.#taken.set(key, taken + 1)
    return true
  }

  /** Gives back a seat that was taken. */
  leave(key: string | undefined): void {
    if (key === undefined) return
    const left = this.taken(key) - 1
    if (left > 0) this.#taken.set(key, left)
    else this.#taken.delete(key)
  }
}
