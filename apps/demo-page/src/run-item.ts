import type { MonitorSnapshot } from '@llmmon/client'
import { seconds } from './duration.js'
import { titleOf } from './run-head.js'
import { endWord, runWord } from './run-words.js'
import type { VisitedRun } from './visited-run.js'

/** A run as the list of the visit shows it. */
export interface RunItem {
  readonly title: string
  readonly status: MonitorSnapshot['status']
  /** How it stands: how far it is, or how it ended, or how long it took. */
  readonly word: string
  /** 0 to 100, or null while unknown; 100 once it is over, however it ended. */
  readonly progress: number | null
}

/**
 * A line of the list.
 *
 * @param known what the visit remembers of the run
 * @param run what is seen of it; null where nobody watches it any more
 */
export function itemOf(known: VisitedRun, run: MonitorSnapshot | null): RunItem {
  const title = (run && titleOf(run)) || known.title || run?.chain || 'Run'
  if (known.end !== null) {
    const { status, tookMs } = known.end
    const word = status === 'completed' && tookMs !== null ? seconds(0, tookMs) : endWord(status)
    return { title, status, word, progress: 100 }
  }
  if (run === null) return { title, status: 'pending', word: '', progress: null }
  const { status, progress, cancelling, endedAt } = run
  const isCounting = status === 'running' && !cancelling && progress !== null
  const word = isCounting ? `${Math.round(progress)} %` : runWord(run)
  return { title, status, word, progress: endedAt === null ? progress : 100 }
}
