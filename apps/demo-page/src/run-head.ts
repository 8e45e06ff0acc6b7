import type { MonitorSnapshot } from '@llmmon/client'
import { runWord } from './run-words.js'
import type { VisitedRun } from './visited-run.js'

/** What stands above a run. */
export interface RunHead {
  readonly title: string
  readonly chain: string
  readonly status: MonitorSnapshot['status']
  /** How it stands, in a word. */
  readonly word: string
  /** 0 to 100, or null while unknown. */
  readonly progress: number | null
  readonly isOver: boolean
  readonly canStop: boolean
  readonly startedAt: number | null
  readonly endedAt: number | null
}

/**
 * What to show above a run.
 *
 * @param known what the visit remembers of it, for as long as nothing has come of it
 */
export function headOf(run: MonitorSnapshot, known?: VisitedRun): RunHead {
  const { chain, status, progress, cancelling, startedAt, endedAt } = run
  const isOver = endedAt !== null
  return {
    title: titleOf(run) || known?.title || chain || 'Run',
    chain: chain ?? '',
    status,
    word: runWord(run),
    progress,
    isOver,
    canStop: status === 'running' && !cancelling,
    startedAt,
    endedAt,
  }
}

/** The title that a run was given. */
export function titleOf({ metadata }: Pick<MonitorSnapshot, 'metadata'>): string | undefined {
  const { title } = metadata
  return typeof title === 'string' && title !== '' ? title : undefined
}
