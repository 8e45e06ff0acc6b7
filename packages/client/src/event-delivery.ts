import { isTerminal, type RunEvent } from '@llmmon/core/protocol'
import type { KnownRun } from './known-run.js'
import type { Listeners } from './listeners.js'
import type { HandlerName } from './monitor-events.js'
import { type HandlerTable, handlerOf } from './monitor-handlers.js'
import type { LogReader } from './run-log.js'
import type { RunOutcome } from './run-outcome.js'
import type { WatchedRun } from './watched-run.js'

/**
 * Plays a run to the handlers and the outcome of a monitor, from its first event. Begins when this task is done, so
 * handlers that are attached at once miss nothing.
 *
 * @param isClosed true when nothing more is to be told
 * @param known what they know of the run already; default nothing
 * @returns how to stop
 */
export function deliverEvents(
  run: WatchedRun,
  handlers: HandlerTable,
  outcome: RunOutcome,
  isClosed: () => boolean,
  known?: KnownRun,
): () => void {
  let read: LogReader | undefined
  let hasToldEnd = false

  const deliver = (event: RunEvent) => {
    const { onEvent, onError, onCancelled } = handlers
    hasToldEnd ||= isTerminal(event)
    outcome.take(event)
    onEvent.tell(event)
    const own = handlers[handlerOf[event.update_type] as HandlerName] as Listeners<unknown> | undefined
    own?.tell(event)
    // A page that knows only the seed's four callbacks must not wait for ever for a run that was cancelled.
    if (event.update_type === 'cancelled' && onCancelled.count() === 0) {
      const { reason, seq, ts } = event
      const error = reason ?? 'The run was cancelled.'
      onError.tell({ update_type: 'error', status: 'error', error, code: 'cancelled', seq, ts })
    }
  }

  const startOver = () => {
    hasToldEnd = false
    outcome.reset()
    for (const list of Object.values(handlers)) list.forget()
    handlers.onReset.tell({ reason: run.resetReason })
  }

  const look = () => {
    // What a handler causes comes after what is being told: only who has the reader reads.
    const reader = read
    if (!reader) return
    read = undefined
    for (let next = reader(); next && !isClosed(); next = reader()) {
      if (next === 'reset') startOver()
      else deliver(next)
    }
    if (isClosed()) return
    read = reader
    const { failure } = run
    if (failure) {
      outcome.fail(failure.code === 'lost' ? 'lost' : 'refused', failure.error)
      if (!hasToldEnd) handlers.onError.tell(failure)
      hasToldEnd = true
    } else if (run.isFinal) outcome.end()
  }

  setTimeout(() => {
    read = run.read(known)
    look()
  }, 0)
  return run.listeners.add(look)
}
