import {
  accept,
  type Batch,
  isTerminal,
  type Position,
  type ResetReason,
  type RunEvent,
  type UnsequencedEvent,
} from '@llmmon/core/protocol'
import { createListeners } from './listeners.js'
import { createRunLog } from './run-log.js'
import { createRunStore } from './run-store.js'
import { createTextCursor } from './text-cursor.js'

/** See `createWatchedRun`. */
export type WatchedRun = ReturnType<typeof createWatchedRun>

/** One run as a client knows it, however many monitors show it: what has come, where it stands, how it looks. */
export function createWatchedRun(runId: string) {
  let freshPart = createTextCursor()
  const log = createRunLog()
  const store = createRunStore(runId)
  /** Told when there is something new: in the log, or in how the run stands. */
  const listeners = createListeners('a run')

  const run = {
    runId,
    log,
    store,
    listeners,
    position: undefined as Position | undefined,
    /** The run is refused or lost. */
    failure: undefined as UnsequencedEvent | undefined,
    /** Why it was reset last. */
    resetReason: 'epoch' as ResetReason,
    /** The terminal event has come. */
    hasEnded: false,
    /** Nothing will follow: there is no need to ask for it again. */
    isFinal: false,

    /** Takes a batch; false when something before it is missing. */
    take(batch: Batch): boolean {
      const { epoch, to, events } = batch
      const seen = run.position?.seq ?? 0
      const added = events.filter(({ seq }) => seq > seen && seq <= to)
      const what = accept(run.position, batch)
      if (what === 'apply') {
        run.position = { epoch, seq: to }
        run.append(added)
      }
      return what !== 'hole'
    },

    /** Takes events that follow. */
    append(events: readonly RunEvent[]): void {
      const fresh = events.map(freshPart).filter((event) => event !== undefined)
      if (fresh.length === 0) return
      run.hasEnded ||= fresh.some(isTerminal)
      log.push(fresh)
      store.push(fresh, run.position?.epoch ?? '0')
      listeners.tell()
    },

    /** Forgets everything; the history comes again. */
    reset(reason: ResetReason): void {
      run.position = undefined
      run.hasEnded = false
      run.resetReason = reason
      freshPart = createTextCursor()
      log.reset()
      store.reset()
      listeners.tell()
    },

    /** The run is refused or lost. */
    fail({ message, code }: { readonly message: string; readonly code?: string | undefined }): void {
      if (run.isFinal) return
      run.failure = { update_type: 'error', status: 'error', error: message, code, ts: Date.now() }
      store.fail(run.failure)
      run.end()
    },

    /** Nothing will follow. */
    end(): void {
      if (run.isFinal) return
      run.isFinal = true
      listeners.tell()
    },
  }
  return run
}
