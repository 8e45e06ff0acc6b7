import { LlmmonError } from './error.js'
import type { ServerFrame } from './frame.js'

type Examples = {
  readonly [Frame in ServerFrame as Frame['type']]: {
    readonly [Field in keyof Frame]?: string | number | object
  }
}

/** What a frame of each type must have for a client to use it: a field of the same kind as the one here. */
const examples: Examples = {
  welcome: { heartbeat_ms: 0 },
  subscribed: { ref: 0, run_id: '' },
  unsubscribed: { ref: 0, run_id: '' },
  events: { run_id: '', epoch: '', from: 0, to: 0, events: [] },
  reset: { run_id: '', reason: '' },
  status: { run_id: '', state: '' },
  event: { run_id: '', event: {} },
  end: { run_id: '' },
  cancel_answer: { ref: 0, answer: '' },
  auth_ok: { ref: 0 },
  pong: { n: 0 },
  hb: { t: 0 },
  goaway: { after_ms: [] },
  error: { code: '', message: '' },
}

/**
 * Reads one frame of a server. A frame of a type it does not know gives undefined: a later version's, to be ignored.
 * The events of a batch have been checked by the server (`decodeBatch`) and are not checked again.
 *
 * @throws LlmmonError `invalid_frame` when the text is not JSON or a known frame lacks what it must have.
 */
export function decodeServerFrame(text: string): ServerFrame | undefined {
  let frame: Record<string, unknown> | null
  try {
    frame = JSON.parse(text)
  } catch {
    frame = null
  }
  const type = frame?.type
  if (typeof type !== 'string') {
    throw new LlmmonError('invalid_frame', 'Expected a server frame: a JSON object with a "type".')
  }
  if (!Object.hasOwn(examples, type)) return undefined
  for (const [field, example] of Object.entries(examples[type as ServerFrame['type']])) {
    if (frame?.[field]?.constructor !== example.constructor) {
      throw new LlmmonError('invalid_frame', `Expected a ${example.constructor.name} in "${field}" of a server frame.`)
    }
  }
  return frame as unknown as ServerFrame
}
