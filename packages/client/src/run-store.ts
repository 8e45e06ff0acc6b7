import { isTerminal, type RunEvent, type UnsequencedEvent } from '@llmmon/core/protocol'
import { foldBatch, initialRunState, type RunState } from '@llmmon/core/state'
import { nextFrame } from './frame-schedule.js'
import { idleConnection, type MonitorConnection, type MonitorSnapshot } from './snapshot.js'

/**
 * The state of a run for everybody who shows it: folds what comes at most once a frame, at once for what starts or ends
 * something. `getSnapshot` gives what was folded last, so however fast tokens come, a page draws once a frame.
 */
export class RunStore {
  readonly #listeners = new Set<() => void>()
  #state: RunState
  #pending: RunEvent[] = []
  #snapshot: MonitorSnapshot
  #epoch: string | null = null
  #stalled = false
  #connection = idleConnection
  #callOff: (() => void) | undefined
  #isDirty = false

  constructor(runId: string) {
    this.#state = initialRunState(runId)
    this.#snapshot = this.#make()
  }

  /** The snapshot folded last. */
  readonly getSnapshot = (): MonitorSnapshot => this.#snapshot

  /** Calls back when there is a new snapshot. */
  readonly subscribe = (listener: () => void): (() => void) => {
    // Of its own: the same function may be given twice, and each unsubscribe is for one of them.
    const own = () => listener()
    this.#listeners.add(own)
    return () => void this.#listeners.delete(own)
  }

  /** Takes events in order. */
  push(events: readonly RunEvent[], epoch: string): void {
    this.#epoch = epoch
    for (const event of events) this.#pending.push(event)
    if (events.some((event) => event.update_type !== 'token' && event.update_type !== 'progress')) this.flush()
    else this.#callOff ??= nextFrame(() => this.flush())
  }

  /** Forgets the run's state. */
  reset(): void {
    this.#pending = []
    this.#state = initialRunState(this.#state.runId)
    this.#epoch = null
    this.#change()
  }

  /** Takes an event without a number: the run is refused or lost. */
  fail(event: UnsequencedEvent): void {
    this.#fold()
    if (this.#state.endedAt === null) {
      const error = { message: event.error, code: event.code ?? null }
      this.#state = { ...this.#state, status: 'error', cancelling: false, error, endedAt: event.ts }
    }
    this.#change()
  }

  setStalled(stalled: boolean): void {
    if (stalled === this.#stalled) return
    this.#stalled = stalled
    this.#change()
  }

  setConnection(connection: Partial<MonitorConnection>): void {
    const next = { ...this.#connection, ...connection }
    const keys = Object.keys(next) as (keyof MonitorConnection)[]
    if (keys.every((key) => next[key] === this.#connection[key])) return
    this.#connection = next
    this.#change()
  }

  /** Folds what waits and tells everybody; does nothing where nothing does. */
  flush(): void {
    this.#callOff?.()
    this.#callOff = undefined
    if (this.#pending.length === 0 && !this.#isDirty) return
    this.#isDirty = false
    this.#fold()
    this.#snapshot = this.#make()
    for (const listener of [...this.#listeners]) {
      try {
        if (this.#listeners.has(listener)) listener()
      } catch (error) {
        console.error('llmmon: a subscriber threw:', error)
      }
    }
  }

  #change(): void {
    this.#isDirty = true
    this.flush()
  }

  #fold(): void {
    if (this.#pending.length === 0) return
    const events = this.#pending
    this.#pending = []
    this.#state = foldBatch(this.#state, events)
    if (events.some(isTerminal)) this.#stalled = false
  }

  #make(): MonitorSnapshot {
    return { ...this.#state, epoch: this.#epoch, stalled: this.#stalled, connection: this.#connection }
  }
}
