import { isTerminal, type RunEvent } from '@llmmon/core/protocol'
import { LogCursor } from './run-log.js'
import type { RunListener, WatchedRun } from './watched-run.js'

/**
 * The events of a run from its first, one by one, as they are asked for; ends after the terminal one, or when nothing
 * will follow. Reads from the log, so a slow reader costs nothing but finds tokens merged.
 */
export async function* iterateEvents(
  run: WatchedRun,
  onClose: (close: () => void) => () => void,
): AsyncGenerator<RunEvent> {
  const cursor = new LogCursor(run.log)
  let wake: () => void = () => undefined
  let isClosed = false
  const listener: RunListener = { advanced: () => wake(), failed: () => wake(), ended: () => wake() }
  const forget = onClose(() => {
    isClosed = true
    wake()
  })
  run.listeners.add(listener)
  try {
    while (!isClosed) {
      const next = cursor.next()
      if (next === 'reset') continue
      if (next) {
        yield next
        if (isTerminal(next)) return
      } else if (run.isFinal) return
      else {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    }
  } finally {
    run.listeners.delete(listener)
    forget()
  }
}
