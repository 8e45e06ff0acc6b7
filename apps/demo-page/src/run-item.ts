import type { MonitorSnapshot } from '@llmmon/client'
import { seconds } from './duration.js'
import { titleOf } from './run-head.js'
import { endWord, runWord } from './run-words.js'
import type { VisitedRun } from './visit.js'

/** A run as the list of the visit shows it. */
export interface RunItem {
  readonly title: string
  readonly status: MonitorSnapshot['status']
  /** How it stands: how far it is, or how it ended and after how long. */
  readonly word: string
  /** 0 to 100, or null while unknown. */
  readonly progress: number | null
  readonly isOver: boolean
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
    const word = tookMs === null ? endWord(status) : `${endWord(status)} · ${seconds(0, tookMs)}`
    return { title, status, word, progress: status === 'completed' ? 100 : null, isOver: true }
  }
  if (run === null) return { title, status: 'pending', word: '', progress: null, isOver: false }
  const { status, progress, cancelling, endedAt } = run
  const isCounting = status === 'running' && !cancelling && progress !== null
  const word = isCounting ? `${Math.round(progress)} %` : runWord(run)
  return { title, status, word, progress, isOver: endedAt !== null }
}
