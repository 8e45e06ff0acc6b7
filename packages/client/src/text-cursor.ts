import type { RunEvent } from '@llmmon/core/protocol'

/** How much of each text of a run somebody has had, so that no character comes twice where events overlap. */
export class TextCursor {
  readonly #lengths = new Map<string, number>()

  /** The event, with only the new part of its text; undefined when there is nothing new in it. */
  take(event: RunEvent): RunEvent | undefined {
    if (event.update_type !== 'token') return event
    const stream = `${event.step_id ?? ''}/${event.attempt ?? 1}/${event.channel}`
    const had = this.#lengths.get(stream) ?? 0
    const begins = event.at + (event.cut ?? 0)
    const overlap = had - begins
    this.#lengths.set(stream, Math.max(had, begins + event.delta.length))
    if (overlap <= 0) return event
    if (overlap >= event.delta.length) return undefined
    const { cut: _, first_seq: __, ...rest } = event
    return { ...rest, delta: event.delta.slice(overlap), at: had }
  }
}
