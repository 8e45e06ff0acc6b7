import type { RunEvent } from '@llmmon/core/protocol'
import { compact, indexAfter } from '@llmmon/core/state'
import { TextCursor } from './text-cursor.js'

/** How many events are added before the log is compacted again. */
const compactEvery = 1_000

/**
 * What a client has had of a run, compacted: from it every new monitor and iterator gets the run from its first event. Readers come with a cursor and
 * take what is new to them, at their own pace; nothing is queued for anybody.
 */
export class RunLog {
  #events: RunEvent[] = []
  #added = 0
  #length = 0
  /** Counts the resets: a cursor of another generation starts over. */
  generation = 0

  /** How long it is, characters, about. */
  get length(): number {
    return this.#length
  }

  /** Adds events that follow. */
  push(events: readonly RunEvent[]): void {
    for (const event of events) {
      this.#events.push(event)
      this.#length += lengthOf(event)
    }
    this.#added += events.length
    if (this.#added < compactEvery) return
    this.#added = 0
    this.#events = compact(this.#events)
    this.#length = this.#events.reduce((sum, event) => sum + lengthOf(event), 0)
  }

  /** Forgets everything. */
  reset(): void {
    this.#events = []
    this.#added = 0
    this.#length = 0
    this.generation += 1
  }

  /** The first event after a number, or undefined. */
  after(seq: number): RunEvent | undefined {
    return this.#events[indexAfter(this.#events, seq, (event) => event.seq)]
  }
}

/** Where one reader stands in a log. */
export class LogCursor {
  readonly #log: RunLog
  #generation: number
  #seq = 0
  #texts = new TextCursor()

  constructor(log: RunLog) {
    this.#log = log
    this.#generation = log.generation
  }

  /** The next event that is new to this reader, `reset` when everything so far is void, or undefined. */
  next(): RunEvent | 'reset' | undefined {
    if (this.#generation !== this.#log.generation) {
      this.#generation = this.#log.generation
      const hadSome = this.#seq > 0
      this.#seq = 0
      this.#texts = new TextCursor()
      if (hadSome) return 'reset'
    }
    for (let event = this.#log.after(this.#seq); event; event = this.#log.after(this.#seq)) {
      this.#seq = event.seq
      const fresh = this.#texts.take(event)
      if (fresh) return fresh
    }
    return undefined
  }
}

// Exact for what can be large, a guess for the rest: it only has to keep memory within its bound.
function lengthOf(event: RunEvent): number {
  if (event.update_type === 'token') return 100 + event.delta.length
  if (event.update_type === 'step' || event.update_type === 'custom' || event.update_type === 'complete') {
    return JSON.stringify(event).length
  }
  return 200
}
