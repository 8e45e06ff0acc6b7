import { compactChunks, encodeBatch, isTerminal, type RunEvent } from '@llmmon/core'
import { SharedBatch } from './shared-batch.js'

/** From how many batches on they are worth compacting. */
const worthCompacting = 8
/** About how long a catch-up frame is, characters. */
const frameLength = 65_536
/** How long a catch-up is shared with others that need it, ms. */
const sharedMs = 100

/**
 * What a late or lagging viewer gets: the batches it lacks, compacted into few frames where they are many. Made once for
 * all viewers that lack the same, at most every 100 ms; what has come since follows as it is.
 */
export class CatchUp {
  #made:
    | { readonly from: number; readonly epoch: string; readonly at: number; readonly frames: readonly SharedBatch[] }
    | undefined
  readonly #runId: string
  readonly #now: () => number

  constructor(runId: string, now: () => number) {
    this.#runId = runId
    this.#now = now
  }

  /** Forgets what was made. */
  clear(): void {
    this.#made = undefined
  }

  /** The frames for a viewer that lacks these batches. */
  frames(missing: readonly SharedBatch[]): readonly SharedBatch[] {
    const [first] = missing
    const newest = missing.at(-1)
    if (!first || !newest || missing.length < worthCompacting) return missing
    const made = this.#made
    if (made && made.from === first.from && made.epoch === newest.epoch && this.#now() - made.at < sharedMs) {
      const end = made.frames.at(-1)?.to ?? 0
      return [...made.frames, ...missing.filter((batch) => batch.to > end)]
    }
    const frames = compacted(this.#runId, missing)
    this.#made = { from: first.from, epoch: newest.epoch, at: this.#now(), frames }
    return frames
  }
}

// Batches of different epochs stay apart: where one ends and the next begins is what receivers go by.
function compacted(runId: string, batches: readonly SharedBatch[]): SharedBatch[] {
  const frames: SharedBatch[] = []
  let rest = batches
  while (rest.length > 0) {
    const first = rest[0] as SharedBatch
    const count = rest.findIndex((batch) => batch.epoch !== first.epoch)
    const same = count < 0 ? rest : rest.slice(0, count)
    rest = rest.slice(same.length)
    let { from } = first
    for (const events of compactChunks(
      same.flatMap((batch) => batch.events),
      frameLength,
    )) {
      const last = events.at(-1) as RunEvent
      const base = from === first.from && first.base ? { base: first.base } : {}
      const batch = { type: 'events', run_id: runId, epoch: first.epoch, from, to: last.seq, ...base, events } as const
      frames.push(new SharedBatch(encodeBatch(batch, isTerminal(last))))
      from = last.seq + 1
    }
  }
  return frames
}
