import type { RunEvent } from '@llmmon/core'

/** The type of what stands at the end of a batch for events that are not for this audience. */
const withheldType: string = 'withheld'

/**
 * Stands for events that an audience may not see, where a batch would otherwise not end at its last number. To receivers
 * it is an event of a type that they do not know: they count its number.
 */
export function withheldUpTo(seq: number, ts: number): RunEvent {
  return { update_type: withheldType, seq, ts } as unknown as RunEvent
}

/** True for what stands for events that an audience may not see. */
export function isWithheld(event: RunEvent): boolean {
  return event.update_type === withheldType
}
