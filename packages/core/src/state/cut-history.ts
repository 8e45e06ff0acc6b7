import type { RunEvent } from '../protocol/index.js'

/**
 * A history made to fit into `maxLength` characters of JSON: first the oldest `custom.data` and
 * `intermediate_result` give way to null, then the oldest token text to `cut` marks of known length. Both are marked
 * in `truncated`. Numbers, types and everything else stay, so a history of nothing but lifecycle events may still be
 * longer.
 */
export function cutHistory(events: readonly RunEvent[], maxLength: number): RunEvent[] {
  const lengths = events.map((event) => JSON.stringify(event).length + 1)
  let excess = lengths.reduce((sum, length) => sum + length, 0) - maxLength
  const result = [...events]
  for (const cut of [cutPayload, cutText]) {
    for (let i = 0; i < result.length && excess > 0; i += 1) {
      const shorter = cut(result[i] as RunEvent)
      if (!shorter) continue
      const length = JSON.stringify(shorter).length + 1
      if (length >= (lengths[i] as number)) continue
      excess -= (lengths[i] as number) - length
      lengths[i] = length
      result[i] = shorter
    }
  }
  return result
}

function cutPayload(event: RunEvent): RunEvent | undefined {
  if (event.update_type === 'custom' && event.data !== null)
    return { ...event, data: null, truncated: mark(event, 'data') }
  if (event.update_type === 'step' && event.intermediate_result !== null) {
    return { ...event, intermediate_result: null, truncated: mark(event, 'intermediate_result') }
  }
  return undefined
}

function cutText(event: RunEvent): RunEvent | undefined {
  if (event.update_type !== 'token' || event.delta === '') return undefined
  return { ...event, delta: '', cut: (event.cut ?? 0) + event.delta.length, truncated: mark(event, event.channel) }
}

function mark(event: RunEvent, path: string): readonly string[] {
  return [...new Set([...(event.truncated ?? []), path])]
}
