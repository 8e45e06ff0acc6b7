import { accept, indexAfter } from '@llmmon/core'
import type { SharedBatch } from './shared-batch.js'

/** The history of a run that a server has at hand: contiguous batches that end at the newest. */
export class ReplayLog {
  #batches: SharedBatch[] = []
  #length = 0

  /** The first event it still has; 1 when it has all of them. */
  get from(): number {
    return this.#batches[0]?.from ?? 1
  }

  /** The newest batch. */
  get newest(): SharedBatch | undefined {
    return this.#batches.at(-1)
  }

  /** How long it is, characters. */
  get length(): number {
    return this.#length
  }

  /** Adds a batch that follows the newest. */
  push(batch: SharedBatch): void {
    this.#batches.push(batch)
    this.#length += batch.text.length
  }

  /** The batches that hold anything after `seq`, or undefined when they no longer reach back to it. */
  since(seq: number): readonly SharedBatch[] | undefined {
    if (seq + 1 < this.from) return undefined
    return this.#batches.slice(indexAfter(this.#batches, seq, (batch) => batch.to))
  }

  /**
   * Puts what was read from the store before what is here. What does not join is left out: it is another run's, or
   * ends too early. Of what overlaps, the older stays, for it may be compacted over what is here.
   */
  prepend(older: readonly SharedBatch[]): void {
    const { from } = this
    const missing = older.filter((batch) => batch.from < from)
    const join = missing.at(-1)
    const first = this.#batches[0]
    if (!join || !first || accept({ epoch: join.epoch, seq: join.to }, first) === 'hole') return
    if (join.epoch !== first.epoch && first.base?.epoch !== join.epoch) return
    // Never the newest: what follows is judged by it.
    const kept = this.#batches.filter((batch, i) => batch.to > join.to || i === this.#batches.length - 1)
    this.#batches = [...missing, ...kept]
    this.#length = this.#batches.reduce((sum, batch) => sum + batch.text.length, 0)
  }

  /** Forgets the oldest batches until it is at most `length` long; the newest stays. */
  trim(length: number): void {
    let count = 0
    while (this.#length > length && count < this.#batches.length - 1) {
      this.#length -= (this.#batches[count] as SharedBatch).text.length
      count += 1
    }
    this.#batches.splice(0, count)
  }

  /** Forgets everything. */
  clear(): void {
    this.#batches = []
    this.#length = 0
  }
}
