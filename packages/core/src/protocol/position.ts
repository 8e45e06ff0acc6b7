/**
 * Where in a run an event stands. An epoch is one incarnation of the run's writer, a decimal string; `seq` counts the
 * run's events from 1 without a hole.
 */
export interface Position {
  readonly epoch: string
  readonly seq: number
}

/** The position that a new epoch continues: viewers at or before it go on without a reset. */
export interface Base {
  readonly epoch: string
  readonly to: number
}

/** The span of a batch: what the receiver of a batch decides by. */
export interface Span {
  readonly epoch: string
  readonly from: number
  readonly to: number
  readonly base?: Base | undefined
}

const epochPattern = /^[1-9][0-9]{0,19}$/

/** True for a decimal string without leading zero, at most 20 digits. */
export function isEpoch(value: unknown): value is string {
  return typeof value === 'string' && epochPattern.test(value)
}

/** True for a positive safe integer. */
export function isSeq(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0
}

/** Orders two epochs as numbers: negative, zero or positive. */
export function compareEpochs(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0)
}

/**
 * What a receiver that stands at `position` (undefined: at nothing yet) does with a batch.
 *
 * - `apply`: take its events with `seq > position.seq`, then stand at `to`
 * - `skip`: it holds nothing new
 * - `hole`: something before it is missing, or it belongs to another epoch: ask again from `position`
 */
export function accept(position: Position | undefined, batch: Span): 'apply' | 'skip' | 'hole' {
  const { epoch, seq } = position ?? { epoch: batch.epoch, seq: 0 }
  if (batch.epoch === epoch) return batch.to <= seq ? 'skip' : batch.from <= seq + 1 ? 'apply' : 'hole'
  if (compareEpochs(batch.epoch, epoch) < 0) return 'skip'
  const { base, from } = batch
  return base?.epoch === epoch && base.to === seq && from === seq + 1 ? 'apply' : 'hole'
}

/**
 * Whether a receiver at `position` can go on with what a store holds, or has to start over.
 *
 * - `continue`: everything after `position` follows from the store
 * - `ahead`: the store knows less than the receiver (rolled back); its writer will fill it up again
 * - `reset`: the receiver's epoch is not part of this history
 */
export function continuity(
  position: Position | undefined,
  store: { readonly epoch: string; readonly last: number; readonly base?: Base | undefined },
): 'continue' | 'ahead' | 'reset' {
  if (position === undefined) return 'continue'
  if (position.epoch === store.epoch) return position.seq <= store.last ? 'continue' : 'ahead'
  if (store.base?.epoch === position.epoch) return position.seq <= store.base.to ? 'continue' : 'reset'
  return 'reset'
}
