import { type EncodedBatch, encodeEventTexts, isTerminal, type RunEvent } from '../protocol/index.js'
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
  // Each draft is made text as it is: a copy of it that has its number costs more than all the rest of this.
  const texts = drafts.map((draft, index) => {
    const text = JSON.stringify(draft)
    return `${text.slice(0, -1)},"seq":${from + index}${dropped > 0 ? `,"dropped":${dropped}` : ''}}`
  })
  const span = { run_id: runId, epoch, from, to: from + drafts.length - 1 }
  return encodeEventTexts(span, texts, isTerminal(drafts.at(-1) as Draft))
}

/** Events with their numbers, from `from` on. */
export function numbered(drafts: readonly Draft[], from: number, dropped: number): RunEvent[] {
  return drafts.map((draft, index): RunEvent => {
    const { ts, ...body } = draft
    return { ...body, seq: from + index, ts, ...(dropped > 0 && { dropped }) } as RunEvent
  })
}
