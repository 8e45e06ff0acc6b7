import type { RunEvent, Sequenced, TokenEvent } from '../protocol/index.js'

/**
 * The same history with fewer events: token deltas of a step, attempt and channel merge, superseded progress goes,
 * everything else stays. Numbers stay too: a merged token has the last `seq`, the first `at` and `first_seq`.
 *
 * - `fold` over the compacted events gives the state that `fold` over all of them gives
 * - compacting twice is compacting once
 * - the last event keeps its number, so the span of the history does not change
 *
 * @example
 * const short = compact(events)
 * foldBatch(initialRunState(id), short) // deep-equals foldBatch(initialRunState(id), events)
 */
export function compact(events: readonly RunEvent[]): RunEvent[] {
  const kept: (RunEvent | undefined)[] = []
  // Of each owner, a step or the run itself: where in `kept` the last event of each of its texts stands, and its last progress.
  const lastOf = new Map<string | undefined, Map<string, number>>()
  for (const event of events) {
    let added = event
    if (event.update_type === 'token' || event.update_type === 'progress') {
      const isToken = event.update_type === 'token'
      const stream = isToken ? `${event.attempt ?? 1}/${event.channel}` : ''
      const streams = lastOf.get(event.step_id) ?? new Map<string, number>()
      lastOf.set(event.step_id, streams)
      const index = streams.get(stream)
      const merged = isToken ? mergeTokens(kept[index ?? -1], event) : event
      if (merged && index !== undefined) kept[index] = undefined
      added = merged ?? event
      streams.set(stream, kept.length)
    } else if (event.update_type === 'step_start' || event.update_type === 'step') {
      // Of a step without an id nothing is open; the texts of the run itself stay open.
      if (event.step_id !== undefined) lastOf.delete(event.step_id)
    }
    kept.push(added)
  }
  return kept.filter((event) => event !== undefined)
}

function mergeTokens(before: RunEvent | undefined, event: TokenEvent & Sequenced): RunEvent | undefined {
  if (before?.update_type !== 'token' || event.cut) return undefined
  const { at, cut, delta, truncated, first_seq = before.seq } = before
  if (at + (cut ?? 0) + delta.length !== event.at) return undefined
  return { ...event, at, delta: delta + event.delta, first_seq, ...(cut && { cut }), ...(truncated && { truncated }) }
}
