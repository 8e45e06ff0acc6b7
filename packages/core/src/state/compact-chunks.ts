import type { RunEvent } from '../protocol/index.js'
import { compact } from './compact.js'

/** About how long a token is as JSON beside its text. */
const tokenEnvelope = 120

/**
 * A history compacted in pieces of about `maxLength` characters of JSON each (one event may be longer). Each piece
 * is compacted for itself, so whoever has taken a piece has every character up to its last event and may go on with
 * raw events from there.
 */
export function compactChunks(events: readonly RunEvent[], maxLength: number): RunEvent[][] {
  const chunks: RunEvent[][] = []
  let chunk: RunEvent[] = []
  let length = 0
  let streams = new Set<string>()
  for (const event of events) {
    let added: number
    if (event.update_type === 'token') {
      const stream = `${event.step_id ?? ''}/${event.attempt ?? 1}/${event.channel}`
      added = event.delta.length + (streams.has(stream) ? 0 : tokenEnvelope)
      streams.add(stream)
    } else added = JSON.stringify(event).length
    if (chunk.length > 0 && length + added > maxLength) {
      chunks.push(compact(chunk))
      chunk = []
      length = 0
      streams = new Set()
    }
    chunk.push(event)
    length += added
  }
  if (chunk.length > 0) chunks.push(compact(chunk))
  return chunks
}
