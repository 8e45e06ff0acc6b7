import { isTerminal, type RunEvent } from '@llmmon/core/protocol'
import type { WatchedRun } from './watched-run.js'

/**
 * The events of a run from its first, one by one, as they are asked for; ends after the terminal one, or when nothing
 * will follow. Reads from the log, so a slow reader costs nothing but finds tokens merged.
 *
 * @param isClosed true when it is to end at once; asked again whenever the run's listeners are told
 */
export async function* iterateEvents(run: WatchedRun, isClosed: () => boolean): AsyncGenerator<RunEvent> {
  const read = run.log.read()
  let wake = () => {}
  const stop = run.listeners.add(() => wake())
  try {
    while (!isClosed()) {
      const next = read()
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
    stop()
  }
}
