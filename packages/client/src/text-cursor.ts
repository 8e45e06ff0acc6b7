import { channels, type RunEvent } from '@llmmon/core/protocol'
import type { RunState } from '@llmmon/core/state'

/** Gives of an event only the new part of its text; undefined when there is nothing new in it. */
export type TextCursor = (event: RunEvent) => RunEvent | undefined

/**
 * Remembers how much of each text of a run somebody has had, so that no character comes twice where events overlap.
 *
 * @param known the state that this somebody has; default: nothing
 */
export function createTextCursor(known?: RunState): TextCursor {
  const lengths = new Map<string, number>()
  for (const texts of known ? [{ stepId: '', attempt: 1, ...known.own }, ...known.steps] : []) {
    for (const channel of channels) {
      const length = (texts.cut?.[channel] ?? 0) + texts[channel].length
      lengths.set(`${texts.stepId}/${texts.attempt}/${channel}`, length)
    }
  }
  return (event) => {
    if (event.update_type !== 'token') return event
    const { step_id = '', attempt = 1, channel, delta, at, cut = 0 } = event
    const stream = `${step_id}/${attempt}/${channel}`
    const had = lengths.get(stream) ?? 0
    const overlap = had - at - cut
    if (overlap > 0 && overlap >= delta.length) return undefined
    lengths.set(stream, at + cut + delta.length)
    if (overlap <= 0) return event
    const { cut: _, first_seq: __, ...rest } = event
    return { ...rest, delta: delta.slice(overlap), at: had }
  }
}
