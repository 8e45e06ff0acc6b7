import { jsonDepth } from './depth.js'
import { LlmmonError } from './error.js'
import type { ClientFrame } from './frame.js'
import { isJsonObject } from './json.js'
import { isEpoch, isSeq, type Position } from './position.js'
import { isRunId } from './run-id.js'

/** What a server takes from a stranger at most. */
export const clientFrameLimits = {
  /** Bytes of one frame. */
  maxBytes: 16_384,
  /** How deep its brackets may nest. */
  maxDepth: 32,
  /** Characters of a token. */
  maxTokenLength: 8_192,
  /** Characters of a cancel reason. */
  maxReasonLength: 500,
} as const

/** What came of a client's text: a frame, a type of a later version, or a fault that ends the connection. */
export type DecodedClientFrame =
  | { readonly kind: 'frame'; readonly frame: ClientFrame }
  | { readonly kind: 'unknown'; readonly type: string; readonly ref: number | undefined }

/**
 * Reads one frame of a client. Only known fields are picked; everything else is left behind.
 *
 * @throws LlmmonError `invalid_frame` when the text is not JSON, nests too deep or has a field of the wrong kind;
 * the connection is then closed with 4400.
 */
export function decodeClientFrame(text: string): DecodedClientFrame {
  if (jsonDepth(text, clientFrameLimits.maxDepth) > clientFrameLimits.maxDepth) {
    throw invalid(`brackets nested at most ${clientFrameLimits.maxDepth} deep`)
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new LlmmonError('invalid_frame', 'Expected a frame as JSON text; it does not parse.', { cause })
  }
  if (!isJsonObject(value) || typeof value.type !== 'string') throw invalid('an object with a "type"')
  switch (value.type) {
    case 'hello':
      return frame({ type: 'hello', ...token(value.token) })
    case 'subscribe':
      return frame({
        type: 'subscribe',
        ref: ref(value.ref),
        run_id: runId(value.run_id),
        ...from(value.from),
        ...token(value.token),
      })
    case 'unsubscribe':
      return frame({ type: 'unsubscribe', ref: ref(value.ref), run_id: runId(value.run_id) })
    case 'cancel':
      return frame({
        type: 'cancel',
        ref: ref(value.ref),
        run_id: runId(value.run_id),
        ...reason(value.reason),
        ...token(value.token),
      })
    case 'auth':
      if (typeof value.token !== 'string') throw invalid('a string in "token"')
      return frame({ type: 'auth', ref: ref(value.ref), token: value.token, ...token(value.token) })
    case 'ping':
      return frame({ type: 'ping', n: ref(value.n, 'n') })
    default:
      return { kind: 'unknown', type: value.type.slice(0, 40), ref: isRef(value.ref) ? value.ref : undefined }
  }
}

function frame(frame: ClientFrame): DecodedClientFrame {
  return { kind: 'frame', frame }
}

function isRef(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function ref(value: unknown, name = 'ref'): number {
  if (!isRef(value)) throw invalid(`a whole number in "${name}"`)
  return value
}

// A malformed id is a fault of the request, not of the connection: the session answers it like an unknown run.
function runId(value: unknown): string {
  if (typeof value !== 'string') throw invalid('a string in "run_id"')
  return isRunId(value) ? value : ''
}

function from(value: unknown): { from?: Position } {
  if (value === undefined) return {}
  if (!isJsonObject(value) || !isEpoch(value.epoch) || !isSeq(value.seq)) throw invalid('{ epoch, seq } in "from"')
  return { from: { epoch: value.epoch, seq: value.seq } }
}

function token(value: unknown): { token?: string } {
  if (value === undefined) return {}
  if (typeof value !== 'string' || value.length > clientFrameLimits.maxTokenLength) {
    throw invalid(`a string of at most ${clientFrameLimits.maxTokenLength} characters in "token"`)
  }
  return { token: value }
}

function reason(value: unknown): { reason?: string } {
  if (value === undefined) return {}
  if (typeof value !== 'string') throw invalid('a string in "reason"')
  return { reason: value.slice(0, clientFrameLimits.maxReasonLength) }
}

function invalid(expected: string): LlmmonError {
  return new LlmmonError('invalid_frame', `Expected ${expected} in a client frame.`)
}
