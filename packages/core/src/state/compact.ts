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
  // Each entry becomes one event: tokens that follow each other in one text, or a single one of anything else.
  const entries: (RunEvent[] | undefined)[] = []
  // Of each owner, a step or the run itself: where the last entry of each of its texts stands, and that of its progress.
  const lastOf = new Map<string | undefined, Map<string, number>>()
  for (const event of events) {
    let entry = [event]
    if (event.update_type === 'token' || event.update_type === 'progress') {
      const stream = event.update_type === 'token' ? `${event.attempt ?? 1}/${event.channel}` : ''
      let streams = lastOf.get(event.step_id)
      if (!streams) lastOf.set(event.step_id, (streams = new Map()))
      const index = streams.get(stream) ?? -1
      const before = entries[index]
      if (before && event.update_type === 'progress') entries[index] = undefined
      if (before && follows(event, before.at(-1))) {
        entries[index] = undefined
        entry = before
        entry.push(event)
      }
      streams.set(stream, entries.length)
    } else if (event.update_type === 'step_start' || event.update_type === 'step') {
      // The texts of the run itself stay open, also over a step that has no id.
      if (event.step_id !== undefined) lastOf.delete(event.step_id)
    }
    entries.push(entry)
  }
  return entries.flatMap((entry) => (entry ? [merge(entry)] : []))
}

/** True for a token that begins where another ends. */
function follows(event: RunEvent, before: RunEvent | undefined): boolean {
  if (event.update_type !== 'token' || before?.update_type !== 'token') return false
  return !event.cut && before.at + (before.cut ?? 0) + before.delta.length === event.at
}

function merge(entry: readonly RunEvent[]): RunEvent {
  const [first, second] = entry
  if (first?.update_type !== 'token' || !second) return first as RunEvent
  const { at, cut, first_seq = first.seq } = first
  const delta = entry.map((token) => (token as TokenEvent).delta).join('')
  const truncated = entry.find((token) => token.truncated)?.truncated
  return {
    ...(entry.at(-1) as TokenEvent & Sequenced),
    at,
    delta,
    first_seq,
    ...(cut && { cut }),
    ...(truncated && { truncated }),
  }
}
