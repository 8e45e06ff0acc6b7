import { type EncodedBatch, encodeBatch, isTerminal, type RunEvent } from '../protocol/index.js'
import type { Draft } from './draft.js'

/** Where sealed events go. */
export interface SealTarget {
  readonly runId: string
  readonly epoch: string
  /** The number of the first of them. */
  readonly from: number
  /** How many events the run has had to drop so far. */
  readonly dropped: number
}

/** Gives events their numbers and encodes them as one batch, which never changes again. */
export function seal(drafts: readonly Draft[], target: SealTarget): EncodedBatch {
  const { runId, epoch, from, dropped } = target
  const events = numbered(drafts, from, dropped)
  const last = events.at(-1) as RunEvent
  return encodeBatch({ type: 'events', run_id: runId, epoch, from, to: last.seq, events }, isTerminal(last))
}

/** Events with their numbers, from `from` on. */
export function numbered(drafts: readonly Draft[], from: number, dropped: number): RunEvent[] {
  return drafts.map((draft, index): RunEvent => {
    const { ts, ...body } = draft
    return { ...body, seq: from + index, ts, ...(dropped > 0 && { dropped }) } as RunEvent
  })
}
