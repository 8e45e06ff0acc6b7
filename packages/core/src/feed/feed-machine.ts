import { accept, continuity, type EncodedBatch, type Position, type ResetReason } from '../protocol/index.js'
import type { RunHistory, RunInfo } from '../transport/transport.js'

/**
 * How a feed stands.
 *
 * ```
 *            active            history
 * watching ─────────► reading ─────────► live
 *    ▲  interrupted     │ ▲  retry-due     │ hole, bell
 *    └──────────────────┤ └─── retrying ◄──┤
 *                       └──── read-failed ─┘
 * ```
 */
export type FeedPhase = 'watching' | 'reading' | 'retrying' | 'live'

/** A feed: where it stands, and what came while it was not live. */
export interface FeedState {
  readonly phase: FeedPhase
  readonly position: Position | undefined
  /** Batches that came during a read; they may be newer than what it finds. */
  readonly pending: readonly EncodedBatch[]
  /** True when something was rung or lost since the read began: read once more. */
  readonly isStale: boolean
  /** True while the store knows less than has been delivered. */
  readonly isAhead: boolean
  /** Numbers the reads: the answer to an older one may miss what its successor would find. */
  readonly readId: number
}

/** What can happen to a feed. A `part` is what a read has found so far, its `history` the rest of it. */
export type FeedEvent =
  | { readonly type: 'active' }
  | { readonly type: 'interrupted' }
  | { readonly type: 'part'; readonly id: number; readonly history: RunHistory }
  | { readonly type: 'history'; readonly id: number; readonly history: RunHistory | undefined }
  | { readonly type: 'read-failed'; readonly id: number }
  | { readonly type: 'retry-due' }
  | { readonly type: 'batch'; readonly batch: EncodedBatch }
  | { readonly type: 'bell'; readonly position: Position }
  | { readonly type: 'give-up-position' }

/** What the shell is to do. */
export type FeedEffect =
  | { readonly type: 'read'; readonly id: number; readonly after: number }
  | { readonly type: 'retry-later' }
  | { readonly type: 'deliver'; readonly batches: readonly EncodedBatch[] }
  | { readonly type: 'reset'; readonly reason: ResetReason }
  | { readonly type: 'info'; readonly info: RunInfo | undefined }
  | { readonly type: 'ahead' }

/** A feed that has just begun to watch, for a receiver at a position. */
export function initialFeed(position?: Position): FeedState {
  return { phase: 'watching', position, pending: [], isStale: false, isAhead: false, readId: 0 }
}

/** How many batches are kept during a read; beyond it they are read instead. */
const maxPending = 1_000

type Step = readonly [FeedState, readonly FeedEffect[]]

/**
 * Merges what the store holds with what is published: watch, wait until nothing can be missed, read, then go live;
 * the store is the truth, a published batch only saves a read. Every batch is delivered once and in order, or a reset
 * is, followed by the whole history. What a read finds may come in parts: each is delivered at once, and counts as had where the read fails later.
 */
export function feed(state: FeedState, event: FeedEvent): Step {
  switch (event.type) {
    case 'active':
      // Also where it was live: what came before this is not sure to have come.
      return state.phase === 'watching' || state.phase === 'live' ? read(state) : [{ ...state, isStale: true }, []]
    case 'interrupted':
      return [{ ...state, phase: 'watching', pending: [] }, []]
    case 'part':
      return isAnswer(state, event.id) ? advance(state, event.history) : [state, []]
    case 'history':
      return isAnswer(state, event.id) ? merge(state, event.history) : [state, []]
    case 'read-failed':
      return isAnswer(state, event.id) ? [{ ...state, phase: 'retrying' }, [{ type: 'retry-later' }]] : [state, []]
    case 'retry-due':
      return state.phase === 'retrying' ? read(state) : [state, []]
    case 'batch':
      return state.phase === 'live' ? live(state, event.batch) : [hold(state, event.batch), []]
    case 'bell':
      return rung(state, event.position)
    case 'give-up-position':
      if (!state.isAhead) return [state, []]
      return restart({ ...state, position: undefined, isAhead: false }, 'rollback')
  }
}

function read(state: FeedState): Step {
  const id = state.readId + 1
  const next: FeedState = { ...state, phase: 'reading', isStale: false, readId: id }
  return [next, [{ type: 'read', id, after: state.position?.seq ?? 0 }]]
}

function isAnswer(state: FeedState, id: number): boolean {
  return state.phase === 'reading' && state.readId === id
}

function restart(state: FeedState, reason: ResetReason): Step {
  const [next, effects] = read(state)
  return [next, [{ type: 'reset', reason }, ...effects]]
}

function hold(state: FeedState, batch: EncodedBatch): FeedState {
  if (state.phase === 'watching') return state
  if (state.pending.length >= maxPending) return { ...state, pending: [], isStale: true }
  return { ...state, pending: [...state.pending, batch] }
}

function rung(state: FeedState, { epoch, seq }: Position): Step {
  const isKnown = state.position?.epoch === epoch && seq <= state.position.seq
  if (isKnown || state.phase === 'watching') return [state, []]
  return state.phase === 'live' ? read(state) : [{ ...state, isStale: true }, []]
}

function live(state: FeedState, batch: EncodedBatch): Step {
  const what = accept(state.position, batch)
  if (what === 'skip') return [state, []]
  if (what === 'hole') return read({ ...state, pending: [batch] })
  const position = { epoch: batch.epoch, seq: batch.to }
  return [{ ...state, position, isAhead: false }, [{ type: 'deliver', batches: [batch] }]]
}

// The first of a history that is still being read: what follows it comes by the same read, or is found missing at its end.
function advance(state: FeedState, { info, batches }: RunHistory): Step {
  const what = continuityOf(state, info)
  if (what === 'reset') return startOver(state, info)
  const { position, delivered } = take(state.position, batches)
  return [{ ...state, position }, [{ type: 'info', info }, ...deliver(delivered)]]
}

function merge(state: FeedState, history: RunHistory | undefined): Step {
  const { info } = history ?? {}
  const what = continuityOf(state, info)
  if (info && what === 'reset') return startOver(state, info)
  const effects: FeedEffect[] = [{ type: 'info', info }]
  const isAhead = what === 'ahead'
  if (isAhead && !state.isAhead) effects.push({ type: 'ahead' })

  const taken = take(state.position, [...(history?.batches ?? []), ...state.pending])
  const { position } = taken
  // What the store says it has, but did not give, is missing as well.
  const hasHole = taken.hasHole || (info !== undefined && !isAhead && (position?.seq ?? 0) < info.last)
  effects.push(...deliver(taken.delivered))
  const merged: FeedState = { ...state, phase: 'live', position, pending: [], isAhead }
  // Not at once: what is missing now may be missing for good, and a read in a loop would help nobody.
  if (hasHole) return [{ ...merged, phase: 'retrying' }, [...effects, { type: 'retry-later' }]]
  if (!state.isStale) return [merged, effects]
  const [next, again] = read(merged)
  return [next, [...effects, ...again]]
}

// A run without events has no epoch that a position could belong to.
function continuityOf({ position }: FeedState, info: RunInfo | undefined): ReturnType<typeof continuity> {
  return info && info.epoch !== '0' ? continuity(position, info) : 'continue'
}

function startOver(state: FeedState, info: RunInfo): Step {
  const reason = info.opened === 'replaced' || info.opened === 'revived' ? info.opened : 'epoch'
  const [next, effects] = restart({ ...state, position: undefined, isAhead: false }, reason)
  return [next, [{ type: 'info', info }, ...effects]]
}

function take(
  from: Position | undefined,
  batches: readonly EncodedBatch[],
): { position: Position | undefined; delivered: readonly EncodedBatch[]; hasHole: boolean } {
  const delivered: EncodedBatch[] = []
  let position = from
  let hasHole = false
  for (const batch of batches) {
    const fate = accept(position, batch)
    if (fate === 'apply') {
      position = { epoch: batch.epoch, seq: batch.to }
      delivered.push(batch)
    } else if (fate === 'hole') hasHole = true
  }
  return { position, delivered, hasHole }
}

function deliver(batches: readonly EncodedBatch[]): readonly FeedEffect[] {
  return batches.length > 0 ? [{ type: 'deliver', batches }] : []
}
