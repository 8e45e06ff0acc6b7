import { isTerminal, type RunEvent } from '@llmmon/core/protocol'
import type { KnownRun } from './known-run.js'
import type { WatchedRun } from './watched-run.js'

/**
 * The events of a run from its first, one by one, as they are asked for; ends after the terminal one, or when nothing
 * will follow. Reads from the log, so a slow reader costs nothing but finds tokens merged.
 *
 * @param isClosed true when it is to end at once; asked again whenever the run's listeners are told
 * @param known what is known of the run already; default nothing
 */
export async function* iterateEvents(
  run: WatchedRun,
  isClosed: () => boolean,
  known?: KnownRun,
): AsyncGenerator<RunEvent> {
  const read = run.read(known)
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
