import { decodeBatch, type EncodedBatch, encodeBatch, isTerminal, type RunEvent } from '../protocol/index.js'
import { compactChunks, cutHistory } from '../state/index.js'
import { segmentLength, tailLimits } from './limits.js'

/** A history that stays too long is cut anew when it has grown by so much: at every checkpoint it would cost the square of its length. */
const patience = 1.25

/** What a checkpoint asks the store to do. */
export interface Checkpoint {
  readonly segments: readonly EncodedBatch[]
  readonly replace: boolean
}

/**
 * The writer's own copy of what it has written: compacted segments, then the raw tail as sealed. From it a run that
 * the store has lost is restored, and a gap in the store is filled.
 */
export class WriterHistory {
  #segments: EncodedBatch[] = []
  #tail: EncodedBatch[] = []
  #segmentsLength = 0
  #tailLength = 0
  #tailEvents = 0
  // How long what could not be cut any shorter may get before that is tried again.
  #patience = 0
  readonly #maxLength: number

  /** @param maxLength how long the compacted history may be, UTF-16 units of JSON */
  constructor(maxLength: number) {
    this.#maxLength = maxLength
  }

  /** Compacted batches, contiguous from 1. */
  get segments(): readonly EncodedBatch[] {
    return this.#segments
  }

  /** Raw batches after the segments. */
  get tail(): readonly EncodedBatch[] {
    return this.#tail
  }

  /** The number of the last event in it. */
  get last(): number {
    return this.#tail.at(-1)?.to ?? this.#segments.at(-1)?.to ?? 0
  }

  /** Takes a batch that the store has. */
  add(batch: EncodedBatch): void {
    this.#tail.push(batch)
    this.#tailLength += batch.text.length
    this.#tailEvents += batch.to - batch.from + 1
  }

  /** The sealed batches after a number, or undefined where no batch begins right after it. */
  after(seq: number): readonly EncodedBatch[] | undefined {
    const index = this.#tail.findIndex((batch) => batch.from === seq + 1)
    return index < 0 ? undefined : this.#tail.slice(index)
  }

  /** True when the raw tail is long enough to be compacted. */
  get isDue(): boolean {
    return this.#tailLength > tailLimits.length || this.#tailEvents > tailLimits.events
  }

  /** The raw tail as segments; or, where the whole would get too long, all of it anew, with the oldest parts cut. */
  checkpoint(): Checkpoint {
    const segments = segmentsOf(this.#tail, compactChunks(eventsOf(this.#tail), segmentLength))
    const length = this.#segmentsLength + totalLength(segments)
    if (length <= Math.max(this.#maxLength, this.#patience)) return { segments, replace: false }
    const whole = [...this.#segments, ...segments]
    const events = cutHistory(eventsOf(whole), this.#maxLength * 0.75)
    return { segments: segmentsOf(whole, compactChunks(events, segmentLength)), replace: true }
  }

  /** Takes over what `checkpoint` gave, once the store has it. */
  checkpointed({ segments, replace }: Checkpoint): void {
    const end = segments.at(-1)?.to ?? 0
    this.#segments = replace ? [...segments] : [...this.#segments, ...segments]
    this.#segmentsLength = totalLength(this.#segments)
    if (replace) this.#patience = this.#segmentsLength * patience
    this.#setTail(this.#tail.filter((batch) => batch.from > end))
  }

  /** The same history under another epoch: what a writer brings with it that comes back after it was given up. */
  rebase(epoch: string): void {
    this.#segments = this.#segments.map((batch) => moved(batch, epoch))
    this.#setTail(this.#tail.map((batch) => moved(batch, epoch)))
  }

  #setTail(tail: EncodedBatch[]): void {
    this.#tail = tail
    this.#tailLength = totalLength(tail)
    this.#tailEvents = tail.reduce((sum, batch) => sum + batch.to - batch.from + 1, 0)
  }
}

/** A batch under another epoch. */
export function moved(batch: EncodedBatch, epoch: string): EncodedBatch {
  const { base: _, ...rest } = decodeBatch(batch.text)
  return encodeBatch({ ...rest, epoch }, batch.closes)
}

function eventsOf(batches: readonly EncodedBatch[]): RunEvent[] {
  return batches.flatMap((batch) => decodeBatch(batch.text).events)
}

function totalLength(batches: readonly EncodedBatch[]): number {
  return batches.reduce((sum, batch) => sum + batch.text.length, 0)
}

// `like` names the run, the epoch and the first number; each segment begins right after the one before.
function segmentsOf(like: readonly EncodedBatch[], chunks: readonly RunEvent[][]): EncodedBatch[] {
  const first = like[0]
  if (!first) return []
  const { run_id, epoch } = decodeBatch(first.text)
  let { from } = first
  return chunks.map((events) => {
    const last = events.at(-1) as RunEvent
    const segment = encodeBatch({ type: 'events', run_id, epoch, from, to: last.seq, events }, isTerminal(last))
    from = last.seq + 1
    return segment
  })
}
