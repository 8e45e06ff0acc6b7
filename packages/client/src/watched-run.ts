import {
  accept,
  type Batch,
  isTerminal,
  type Position,
  type ResetReason,
  type RunEvent,
  type UnsequencedEvent,
} from '@llmmon/core/protocol'
import { type KnownRun, positionOf } from './known-run.js'
import { createListeners } from './listeners.js'
import { createRunLog, type LogReader } from './run-log.js'
import { createRunStore } from './run-store.js'
import { createTextCursor } from './text-cursor.js'

/** See `createWatchedRun`. */
export type WatchedRun = ReturnType<typeof createWatchedRun>

/** One run as a client knows it, however many monitors show it: what has come, where it stands, how it looks. */
export function createWatchedRun(runId: string) {
  let freshPart = createTextCursor()
  /** The log does not begin at the first event. */
  let isPartial = false
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

    /** Takes what is known of it from elsewhere. What `isNew`, of which nothing has come or been asked for, goes on from there. */
    seed(known: KnownRun, isNew: boolean): void {
      const { epoch } = store.getSnapshot()
      if (epoch !== null && epoch !== known.epoch) return
      store.seed(known, known.epoch ?? null)
      run.position ??= isNew ? positionOf(known) : undefined
      if (!isNew || !run.position) return
      isPartial = true
      freshPart = createTextCursor(known)
    },

    /** Somebody wants it from its first event. True where it has to be asked for again; what is shown stays until then. */
    needsBeginning(): boolean {
      if (!isPartial || run.failure) return false
      isPartial = run.hasEnded = run.isFinal = false
      run.position = undefined
      freshPart = createTextCursor()
      log.rewind()
      return true
    },

    /** A reader of the log for who knows this of the run, from the first event for who knows nothing. */
    read(known?: KnownRun): LogReader {
      const from = known?.epoch === store.getSnapshot().epoch && known && positionOf(known)
      return from ? log.read(from.seq, createTextCursor(known)) : log.read()
    },

    /** Takes a batch; false when something before it is missing. */
    take(batch: Batch): boolean {
      const { epoch, to, events } = batch
      const { epoch: shown } = store.getSnapshot()
      // What is shown is from elsewhere, and of another incarnation.
      if (!run.position && shown !== null && shown !== epoch) run.reset('epoch')
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
      isPartial = run.hasEnded = false
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
