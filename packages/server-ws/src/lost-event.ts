import type { UnsequencedEvent } from '@llmmon/core'

/** The event that tells a viewer that its run has vanished. */
export function lostEvent(ts: number): UnsequencedEvent {
  const error = 'This run is gone from the server and nobody writes it any more.'
  return { update_type: 'error', status: 'error', error, code: 'lost', ts }
}
