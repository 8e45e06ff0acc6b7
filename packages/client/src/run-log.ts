import type { RunEvent } from '@llmmon/core/protocol'
import { compact } from '@llmmon/core/state'
import { createTextCursor } from './text-cursor.js'

/** How many events are added at least before the log is compacted again. */
const compactEvery = 1_000

/** Gives the next event that is new to a reader, `reset` when everything so far is void, or undefined. */
export type LogReader = () => RunEvent | 'reset' | undefined

/**
 * What a client has had of a run, compacted: from it every new monitor and iterator gets the run from its first event. Readers
 * take what is new to them, at their own pace; nothing is queued for anybody.
 */
export function createRunLog() {
  let events: RunEvent[] = []
  let resets = 0
  let compactAt = compactEvery
  return {
    /** How long it is, characters of JSON. */
    measure: () => JSON.stringify(events).length,

    /** Adds events that follow. */
    push(added: readonly RunEvent[]): void {
      for (const event of added) events.push(event)
      if (events.length < compactAt) return
      events = compact(events)
      // What cannot be compacted is not looked at again and again: the log has to double first.
      compactAt = events.length + Math.max(compactEvery, events.length)
    },

    /** Forgets everything. */
    reset(): void {
      events = []
      compactAt = compactEvery
      resets += 1
    },

    /** Forgets everything, which comes once more from the first event; to who has read it, it is nothing new. */
    rewind(): void {
      events = []
    },

    /** A reader that starts after an event, of whose texts `freshPart` knows the rest; at the first event by default. */
    read(after = 0, freshPart = createTextCursor()): LogReader {
      let list = events
      let index = 0
      let seq = after
      let seenResets = resets
      let newPart = freshPart
      return () => {
        if (list !== events) {
          list = events
          index = 0
        }
        if (seenResets !== resets) {
          seenResets = resets
          newPart = createTextCursor()
          if (seq > 0) {
            seq = 0
            return 'reset'
          }
        }
        for (let event = list[index]; event; event = list[index]) {
          index += 1
          // In a list that was compacted come first the events that this reader has had.
          const fresh = event.seq > seq && newPart(event)
          seq = Math.max(seq, event.seq)
          if (fresh) return fresh
        }
        return undefined
      }
    },
  }
}
