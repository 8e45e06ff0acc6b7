import type { RunEvent } from '../protocol/index.js'

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
  const openTokens = new Map<string, Map<string, number>>()
  const lastProgress = new Map<string, number>()
  for (const event of events) {
    switch (event.update_type) {
      case 'token': {
        const owner = event.step_id ?? ''
        let streams = openTokens.get(owner)
        if (!streams) openTokens.set(owner, (streams = new Map()))
        const stream = `${event.attempt ?? 1}/${event.channel}`
        const index = streams.get(stream)
        const before = index === undefined ? undefined : kept[index]
        const merged = before && mergeTokens(before, event)
        if (merged) kept[index as number] = undefined
        streams.set(stream, kept.push(merged ?? event) - 1)
        break
      }
      case 'progress': {
        const owner = event.step_id ?? ''
        const index = lastProgress.get(owner)
        if (index !== undefined) kept[index] = undefined
        lastProgress.set(owner, kept.push(event) - 1)
        break
      }
      case 'step_start':
      case 'step':
        if (event.step_id !== undefined) {
          openTokens.delete(event.step_id)
          lastProgress.delete(event.step_id)
        }
        kept.push(event)
        break
      default:
        kept.push(event)
    }
  }
  return kept.filter((event) => event !== undefined)
}

function mergeTokens(before: RunEvent, event: RunEvent): RunEvent | undefined {
  if (before.update_type !== 'token' || event.update_type !== 'token' || event.cut) return undefined
  if (before.at + (before.cut ?? 0) + before.delta.length !== event.at) return undefined
  return {
    ...event,
    at: before.at,
    delta: before.delta + event.delta,
    first_seq: before.first_seq ?? before.seq,
    ...(before.cut && { cut: before.cut }),
    ...(before.truncated && { truncated: before.truncated }),
  }
}
