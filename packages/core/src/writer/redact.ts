import type { EventBody } from '../protocol/index.js'

/**
 * Changes what leaves the process: gets each event before it is buffered and gives back the one to send, with other
 * payloads. Type, step ids and names of fields stay as they are whatever it does; undefined drops the payload. It cannot see a
 * secret that is split over several tokens.
 */
export type RedactHook = (event: EventBody) => EventBody | undefined

/** Fields by which receivers find their way; a redact hook cannot change them. */
const structure = [
  'update_type',
  'status',
  'step_id',
  'parent_step_id',
  'step_status',
  'attempt',
  'channel',
  'total_steps',
  'parent',
] as const

/** The payload of each type of event, as it is when it is withheld. */
const withheld: { readonly [type: string]: { readonly [field: string]: unknown } } = {
  start: { metadata: {} },
  step: { intermediate_result: null, error: undefined },
  token: { delta: '' },
  progress: { message: null },
  custom: { data: null },
  complete: { result: null },
  error: { error: 'The message was withheld.' },
  cancel_requested: { reason: null },
  cancelled: { reason: null },
}

/**
 * An event after the redact hook. Fails closed: when the hook throws or gives something that is no event, the payload is withheld and
 * `onFailure` told.
 */
export function redactEvent<Event extends EventBody>(
  event: Event,
  redact: RedactHook | undefined,
  onFailure: (cause: unknown) => void,
): Event {
  if (!redact) return event
  let redacted: unknown
  try {
    redacted = redact({ ...event })
  } catch (cause) {
    onFailure(cause)
  }
  if (typeof redacted !== 'object' || redacted === null) return withhold(event)
  const result = { ...(redacted as Record<string, unknown>) }
  for (const field of structure) {
    if (field in event) result[field] = event[field as keyof Event]
    else delete result[field]
  }
  if (event.update_type === 'token' && typeof result.delta !== 'string') return withhold(event)
  return result as unknown as Event
}

function withhold<Event extends EventBody>(event: Event): Event {
  const copy: Record<string, unknown> = { ...event, ...withheld[event.update_type] }
  for (const field of Object.keys(copy)) if (copy[field] === undefined) delete copy[field]
  return copy as unknown as Event
}
