import type { RunEvent } from '@llmmon/core/protocol'

/** Gives of an event only the new part of its text; undefined when there is nothing new in it. */
export type TextCursor = (event: RunEvent) => RunEvent | undefined

/** Remembers how much of each text of a run somebody has had, so that no character comes twice where events overlap. */
export function createTextCursor(): TextCursor {
  const lengths = new Map<string, number>()
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
