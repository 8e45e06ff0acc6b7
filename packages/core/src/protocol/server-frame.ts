import { checkBatch } from './batch.js'
import { LlmmonError } from './error.js'
import type { ServerFrame } from './frame.js'
import { isJsonObject } from './json.js'

/** What each server frame must have for a client to use it: field name → type. */
const required: { readonly [type: string]: { readonly [field: string]: 'string' | 'number' | 'object' } } = {
  welcome: { connection_id: 'string', server_time: 'number', heartbeat_ms: 'number', limits: 'object' },
  subscribed: { ref: 'number', run_id: 'string', phase: 'string' },
  unsubscribed: { ref: 'number', run_id: 'string' },
  reset: { run_id: 'string', reason: 'string' },
  status: { run_id: 'string', state: 'string' },
  event: { run_id: 'string', event: 'object' },
  end: { run_id: 'string', epoch: 'string', seq: 'number' },
  cancel_answer: { ref: 'number', run_id: 'string', answer: 'string' },
  auth_ok: { ref: 'number' },
  pong: { n: 'number' },
  hb: { t: 'number' },
  goaway: { after_ms: 'object' },
  error: { code: 'string', message: 'string' },
}

/**
 * Reads one frame of a server. A frame of a type it does not know gives undefined: a later version's, to be ignored.
 *
 * @throws LlmmonError `invalid_frame` when the text is not JSON or a known frame lacks what it must have.
 */
export function decodeServerFrame(text: string): ServerFrame | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new LlmmonError('invalid_frame', 'Expected a server frame as JSON text; it does not parse.', { cause })
  }
  if (!isJsonObject(value) || typeof value.type !== 'string') {
    throw new LlmmonError('invalid_frame', 'Expected a server frame to be an object with a "type".')
  }
  if (value.type === 'events') return checkBatch(value)
  const fields = Object.hasOwn(required, value.type) ? required[value.type] : undefined
  if (!fields) return undefined
  for (const field in fields) {
    if (typeof value[field] !== fields[field] || value[field] === null) {
      throw new LlmmonError('invalid_frame', `Expected a ${fields[field]} in "${field}" of a server frame.`)
    }
  }
  return value as unknown as ServerFrame
}
