import { compactChunks, encodeBatch, indexAfter, isTerminal, type RunEvent } from '@llmmon/core'
import { SharedBatch } from './shared-batch.js'
import { isWithheld } from './withheld.js'

/** From how many batches on they are worth compacting. */
const worthCompacting = 8
/** About how long a catch-up frame is, characters. */
const frameLength = 65_536
/** What every event has once, and how long it is when it is long, characters. */
const eventMark = '"update_type":'
const longEvent = 2_000
/** How long what was made is the newest that can be had, ms. */
const sharedMs = 100
/** How often what was made is continued before it is made anew: each part is compacted for itself. */
const mostParts = 16
/** How long what was made is kept for others, ms. */
const keptMs = 2_000

interface Made {
  readonly from: number
  readonly epoch: string
  readonly at: number
  readonly parts: number
  readonly frames: readonly SharedBatch[]
}

/**
 * What a late or lagging viewer gets: the batches it lacks, compacted into few frames where they are many. Made once for
 * all, at most every 100 ms, and continued as the run goes on: wherever a viewer stands in it, it goes on from there.
 */
export class CatchUp {
  readonly #runId: string
  readonly #now: () => number
  #made: Made | undefined
  #usedAt = 0

  constructor(runId: string, now: () => number) {
    this.#runId = runId
    this.#now = now
  }

  /** Forgets what was made. */
  clear(): void {
    this.#made = undefined
  }

  /** Forgets what was made once nobody has needed it for a while. */
  tick(): void {
    if (this.#now() - this.#usedAt > keptMs) this.clear()
  }

  /**
   * The frames for a viewer that has everything up to `seq`.
   *
   * @param missing the batches that hold anything after `seq`
   */
  frames(missing: readonly SharedBatch[], seq: number): readonly SharedBatch[] {
    const [first] = missing
    const newest = missing.at(-1)
    if (!first || !newest || missing.length < worthCompacting) return missing
    const now = this.#now()
    this.#usedAt = now
    const made = this.#made
    const end = made?.frames.at(-1)?.to ?? 0
    if (!made || made.epoch !== newest.epoch || made.from > seq + 1 || first.from > end + 1) return this.#make(missing)
    const rest = missing.slice(indexAfter(missing, Math.max(end, seq), ({ to }) => to))
    const known = made.frames.slice(indexAfter(made.frames, seq, ({ to }) => to))
    if (rest.length < worthCompacting || now - made.at < sharedMs) return [...known, ...rest]
    if (made.parts >= mostParts) return this.#make(missing)
    const added = compacted(this.#runId, rest)
    this.#made = { ...made, at: now, parts: made.parts + 1, frames: [...made.frames, ...added] }
    return [...known, ...added]
  }

  #make(missing: readonly SharedBatch[]): readonly SharedBatch[] {
    const frames = compacted(this.#runId, missing)
    const { from } = missing[0] as SharedBatch
    const { epoch } = missing.at(-1) as SharedBatch
    this.#made = { from, epoch, at: this.#now(), parts: 1, frames }
    return frames
  }
}

// Batches of different epochs stay apart: where one ends and the next begins is what receivers go by. So do batches that
// overlap: their events would not rise.
function compacted(runId: string, batches: readonly SharedBatch[]): SharedBatch[] {
  const frames: SharedBatch[] = []
  let group: SharedBatch[] = []
  for (const batch of batches) {
    const before = group.at(-1) ?? frames.at(-1)
    if (before?.epoch === batch.epoch && batch.to <= before.to) continue
    const passes = isCompact(batch)
    const isApart = before && (before.epoch !== batch.epoch || batch.from <= before.to)
    if (isApart || passes) {
      frames.push(...framesOf(runId, group))
      group = []
    }
    if (passes) frames.push(batch)
    else group.push(batch)
  }
  return [...frames, ...framesOf(runId, group)]
}

// A segment of the store, say: a frame long, and of events so long that merging them would gain nothing. Counted without reading it: inside a
// text these quotes would be escaped.
function isCompact({ text }: SharedBatch): boolean {
  if (text.length < frameLength / 2) return false
  let events = 0
  for (let at = text.indexOf(eventMark); at >= 0; at = text.indexOf(eventMark, at + 1)) {
    events += 1
    if (events * longEvent > text.length) return false
  }
  return true
}

function framesOf(runId: string, batches: readonly SharedBatch[]): SharedBatch[] {
  const [first] = batches
  if (!first) return []
  const all = batches.flatMap((batch) => batch.events)
  // Of what stands for events that are not for this audience only the end is needed.
  const events = all.filter((event, i) => !isWithheld(event) || i === all.length - 1)
  let { from } = first
  return compactChunks(events, frameLength).map((chunk) => {
    const last = chunk.at(-1) as RunEvent
    const base = from === first.from && first.base ? { base: first.base } : {}
    const span = { type: 'events', run_id: runId, epoch: first.epoch, from, to: last.seq, ...base } as const
    from = last.seq + 1
    return new SharedBatch(encodeBatch({ ...span, events: chunk }, isTerminal(last)))
  })
}
