import {
  accept,
  type Batch,
  isTerminal,
  type Position,
  type ResetReason,
  type RunEvent,
  type UnsequencedEvent,
} from '@llmmon/core/protocol'
import { RunLog } from './run-log.js'
import { RunStore } from './run-store.js'
import { TextCursor } from './text-cursor.js'

/** What is told to the monitors of a run. */
export interface RunListener {
  /** There is something new in the log: events or a reset. */
  advanced(reason?: ResetReason): void
  /** The run is refused or lost. */
  failed(event: UnsequencedEvent): void
  /** Nothing will follow any more. */
  ended(): void
}

/** One run as a client knows it, however many monitors show it: what has come, where it stands, how it looks. */
export class WatchedRun {
  readonly runId: string
  readonly log = new RunLog()
  readonly store: RunStore
  readonly listeners = new Set<RunListener>()
  position: Position | undefined
  /** The run is refused or lost. */
  failure: UnsequencedEvent | undefined
  /** The terminal event has come. */
  hasEnded = false
  /** Nothing will follow: there is no need to ask for it again. */
  isFinal = false
  #texts = new TextCursor()

  constructor(runId: string) {
    this.runId = runId
    this.store = new RunStore(runId)
  }

  /** Takes a batch; false when something before it is missing. */
  take(batch: Batch): boolean {
    const what = accept(this.position, batch)
    if (what === 'apply') {
      const seen = this.position?.seq ?? 0
      this.position = { epoch: batch.epoch, seq: batch.to }
      this.append(batch.events.filter(({ seq }) => seq > seen))
    }
    return what !== 'hole'
  }

  /** Takes events that follow. */
  append(events: readonly RunEvent[]): void {
    const fresh = events.map((event) => this.#texts.take(event)).filter((event) => event !== undefined)
    if (fresh.length === 0) return
    this.hasEnded ||= fresh.some(isTerminal)
    this.log.push(fresh)
    this.store.push(fresh, this.position?.epoch ?? '0')
    for (const listener of [...this.listeners]) listener.advanced()
  }

  /** Forgets everything; the history comes again. */
  reset(reason: ResetReason): void {
    this.position = undefined
    this.hasEnded = false
    this.#texts = new TextCursor()
    this.log.reset()
    this.store.reset()
    for (const listener of [...this.listeners]) listener.advanced(reason)
  }

  /** The run is refused or lost. */
  fail(event: UnsequencedEvent): void {
    if (this.isFinal) return
    this.failure = event
    this.isFinal = true
    this.store.fail(event)
    for (const listener of [...this.listeners]) listener.failed(event)
  }

  /** Nothing will follow. */
  end(): void {
    if (this.isFinal) return
    this.isFinal = true
    for (const listener of [...this.listeners]) listener.ended()
  }
}
