import { isTerminal, type RunEvent, type UnsequencedEvent } from '@llmmon/core/protocol'
import { foldBatch, initialRunState, type RunState } from '@llmmon/core/state'
import { onNextFrame } from './frame-schedule.js'
import { createListeners } from './listeners.js'
import { idleConnection, type MonitorConnection, type MonitorSnapshot } from './snapshot.js'

/**
 * Makes the state of a run for everybody who shows it: folds what comes at most once a frame, at once for what starts or ends
 * something. `getSnapshot` gives what was folded last, so however fast tokens come, a page draws once a frame.
 */
export function createRunStore(runId: string) {
  const listeners = createListeners('subscribe')
  let state = initialRunState(runId)
  let pending: RunEvent[] = []
  let beside: Omit<MonitorSnapshot, keyof RunState> = {
    epoch: null,
    stalled: false,
    connection: idleConnection,
  }
  let snapshot: MonitorSnapshot = { ...state, ...beside }
  let isScheduled = false

  const fold = () => {
    const events = pending
    // First, so that what cannot be folded is not tried again with everything that follows.
    pending = []
    state = foldBatch(state, events)
    if (events.some(isTerminal)) beside = { ...beside, stalled: false }
  }
  /** Folds what waits, makes a new snapshot and tells everybody. */
  const change = (changes: Partial<typeof beside> = {}) => {
    fold()
    beside = { ...beside, ...changes }
    snapshot = { ...state, ...beside }
    listeners.tell()
  }

  /** Folds what waits and tells everybody; does nothing where nothing does. */
  const flush = () => {
    if (pending.length > 0) change()
  }

  return {
    /** Calls back when there is a new snapshot. */
    subscribe: listeners.add,

    /** The snapshot made last. */
    getSnapshot: () => snapshot,

    /** Takes events in order. */
    push(events: readonly RunEvent[], epoch: string): void {
      for (const event of events) pending.push(event)
      beside = { ...beside, epoch }
      if (events.some(({ update_type }) => update_type !== 'token' && update_type !== 'progress')) change()
      else if (!isScheduled) {
        isScheduled = true
        onNextFrame(() => {
          isScheduled = false
          flush()
        })
      }
    },

    /** Takes a state that is known from elsewhere, if it is ahead. */
    seed(known: RunState, epoch: string | null): void {
      if (known.seq <= state.seq) return
      state = { ...initialRunState(runId), ...known }
      change({ epoch })
    },

    /** Forgets the run's state. */
    reset(): void {
      pending = []
      state = initialRunState(runId)
      change({ epoch: null })
    },

    /** Takes an event without a number: the run is refused or lost. */
    fail({ error: message, code, ts }: UnsequencedEvent): void {
      fold()
      if (state.endedAt === null) {
        state = { ...state, status: 'error', cancelling: false, error: { message, code: code ?? null }, endedAt: ts }
      }
      change()
    },

    setStalled(stalled: boolean): void {
      if (stalled !== beside.stalled) change({ stalled })
    },

    setConnection(changes: Partial<MonitorConnection>): void {
      const { connection } = beside
      const next = { ...connection, ...changes }
      if (JSON.stringify(next) !== JSON.stringify(connection)) change({ connection: next })
    },

    flush,
  }
}
