import { CatchUp } from './catch-up.js'
import type { OlderHistory } from './older-history.js'
import { ReplayLog } from './replay-log.js'
import type { SharedBatch } from './shared-batch.js'
import type { View } from './view.js'

/** The history of a run as one audience may see it, at hand for its viewers: each batch is made once for all of them. */
export class AudienceLog {
  /** How many viewers it has. Kept by the channel. */
  viewers = 0
  readonly #log = new ReplayLog()
  #newest: readonly SharedBatch[] = []
  readonly #catchUp: CatchUp
  readonly #older: OlderHistory
  readonly #view: View | undefined

  /** @param view what the audience may see; undefined: everything, in the bytes of the store */
  constructor(runId: string, older: OlderHistory, now: () => number, view: View | undefined) {
    this.#catchUp = new CatchUp(runId, now)
    this.#older = older
    this.#view = view
  }

  /** Length of what it keeps, characters. */
  get length(): number {
    return this.#log.length
  }

  /** Takes batches of the run, which follow the newest. */
  push(batches: readonly SharedBatch[]): void {
    // Those before have been sent to whoever was there; of each twice as much would be kept.
    for (const batch of this.#newest) batch.release()
    this.#newest = this.#seen(batches)
    for (const batch of this.#newest) this.#log.push(batch)
  }

  /** What its viewers get of the batches that came last. */
  get newest(): readonly SharedBatch[] {
    return this.#newest
  }

  /** The frames for a viewer that has everything up to `seq`; undefined when the log no longer reaches back to it. */
  frames(seq: number): readonly SharedBatch[] | undefined {
    const missing = this.#log.since(seq)
    return missing && this.#catchUp.frames(missing, seq)
  }

  /** Reads from the store what the log no longer has. @param report is told of an invalid batch */
  async refill(report: (error: Error) => void): Promise<void> {
    this.#log.prepend(this.#seen(await this.#older.read(report)))
  }

  /** Looks at what time has done; called about once a second. */
  tick(): void {
    this.#catchUp.tick()
  }

  /** Keeps only the newest part. */
  shrink(length: number): void {
    this.#log.trim(length)
    this.#catchUp.clear()
  }

  /** A new history begins. */
  clear(): void {
    this.#newest = []
    this.#log.clear()
    this.#catchUp.clear()
    this.#view?.clear()
  }

  #seen(batches: readonly SharedBatch[]): readonly SharedBatch[] {
    const view = this.#view
    return view ? batches.map((batch) => view.of(batch)) : batches
  }
}
