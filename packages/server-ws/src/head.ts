import type { Base } from '@llmmon/core'
import type { SharedBatch } from './shared-batch.js'

/** The newest that is known of a run: by it is judged where its viewers stand, of whatever audience, since numbers are the same for all. */
export class Head {
  #newest: SharedBatch | undefined
  #base: Base | undefined

  /** The newest batch. */
  get newest(): SharedBatch | undefined {
    return this.#newest
  }

  /** The number of the newest event; 0 before the first. */
  get last(): number {
    return this.#newest?.to ?? 0
  }

  /** The newest epoch; `0` before the first event. */
  get epoch(): string {
    return this.#newest?.epoch ?? '0'
  }

  /** What the newest epoch continues. */
  get base(): Base | undefined {
    return this.#base
  }

  /** Takes a batch that follows the newest. */
  take(batch: SharedBatch): void {
    if (batch.epoch !== this.epoch) this.#base = batch.base
    this.#newest = batch
  }

  /** Forgets everything. */
  clear(): void {
    this.#newest = undefined
    this.#base = undefined
  }
}
