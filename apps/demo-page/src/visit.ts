import type { MonitorSnapshot } from '@llmmon/client'
import { checkRunId, isRunId } from '@llmmon/core/protocol'
import { titleOf } from './run-head.js'
import type { VisitedRun } from './visited-run.js'

/** What a visitor has come across. */
export interface VisitState {
  /** Newest first. */
  readonly runs: readonly VisitedRun[]
  /** The run that is shown, as the address says. */
  readonly selected: string | null
  /** What is wrong with the address. */
  readonly refusal: string | null
}

/** The runs of a visit: kept with the tab, so they outlast a reload and a change between the three pages. */
export interface Visit {
  readonly getSnapshot: () => VisitState
  readonly subscribe: (listener: () => void) => () => void
  /** Takes a run that was just started, and shows it. */
  begin(runId: string, title: string): void
  /** Shows a run of the list. */
  select(runId: string): void
  /** Takes down what a run has come to. */
  saw(run: MonitorSnapshot): void
  /** Takes the runs that are over from the list, but for the one that is shown. */
  forgetEnded(): void
}

type Page = Pick<Window, 'location' | 'history' | 'sessionStorage' | 'addEventListener'>

const storageKey = 'llmmon-demo-runs'
const maxRuns = 20
/** A run that ended so may yet turn out to be alive, or be done again. */
const provisional = 'abandoned'

/**
 * The visit that belongs to a tab. The address names the run that is shown (`?run=`), so it can be reloaded, shared and gone back from.
 *
 * @example
 * const visit = createVisit()
 * const state = useSyncExternalStore(visit.subscribe, visit.getSnapshot)
 */
export function createVisit(page: Page = window): Visit {
  const listeners = new Set<() => void>()
  let state: VisitState = withAddress({ runs: readRuns(page), selected: null, refusal: null })
  page.addEventListener('popstate', () => change(withAddress(state)))

  return {
    getSnapshot: () => state,

    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },

    begin(runId, title) {
      change(listed({ ...state, selected: runId, refusal: null }, runId, title))
      go(runId)
    },

    select(runId) {
      if (runId === state.selected) return
      change({ ...state, selected: runId, refusal: null })
      go(runId)
    },

    saw(run) {
      const known = state.runs.find(({ runId }) => runId === run.runId)
      if (!known) return
      const title = titleOf(run) ?? known.title
      const end = endOf(run) ?? known.end
      if (title === known.title && end?.status === known.end?.status) return
      change({ ...state, runs: state.runs.map((it) => (it === known ? { ...it, title, end } : it)) })
    },

    forgetEnded() {
      change({ ...state, runs: state.runs.filter(({ runId, end }) => end === null || runId === state.selected) })
    },
  }

  function change(next: VisitState): void {
    state = next
    writeRuns(page, state.runs)
    for (const listener of [...listeners]) listener()
  }

  function go(runId: string): void {
    page.history.pushState(null, '', addressOf(runId))
  }

  function withAddress(from: VisitState): VisitState {
    const runId = new URL(page.location.href).searchParams.get('run')
    if (runId === null || runId === '') return { ...from, selected: null, refusal: null }
    try {
      return listed({ ...from, selected: checkRunId(runId), refusal: null }, runId, '')
    } catch (error) {
      return { ...from, selected: null, refusal: (error as Error).message }
    }
  }
}

/** The address that shows a run, on whichever page. */
export function addressOf(runId: string | null, path = ''): string {
  return runId === null ? path || './' : `${path}?run=${encodeURIComponent(runId)}`
}

/** What the visit remembers of a run. */
export function knownIn({ runs }: VisitState, runId: string | null): VisitedRun | undefined {
  return runs.find((run) => run.runId === runId)
}

/** The run whose connection tells how the page is connected: the one that is shown while it goes on, else another that does. */
export function watchedIn({ runs, selected }: VisitState): string | null {
  const open = runs.filter(({ end }) => end === null)
  return (open.find(({ runId }) => runId === selected) ?? open[0])?.runId ?? null
}

function listed(state: VisitState, runId: string, title: string): VisitState {
  if (state.runs.some((run) => run.runId === runId)) return state
  return { ...state, runs: [{ runId, title, end: null }, ...state.runs].slice(0, maxRuns) }
}

function endOf({ status, error, startedAt, endedAt }: MonitorSnapshot): VisitedRun['end'] {
  if (status === 'pending' || status === 'running') return null
  if (status === 'error' && error?.code === provisional) return null
  return { status, tookMs: startedAt === null || endedAt === null ? null : endedAt - startedAt }
}

function readRuns(page: Page): readonly VisitedRun[] {
  try {
    const runs: unknown = JSON.parse(page.sessionStorage.getItem(storageKey) ?? '[]')
    return Array.isArray(runs) ? runs.filter(isVisitedRun) : []
  } catch {
    // A browser that keeps nothing, or something else that was kept: the list begins empty.
    return []
  }
}

function isVisitedRun(value: Partial<VisitedRun> | null): value is VisitedRun {
  return isRunId(value?.runId) && typeof value?.title === 'string' && typeof value.end === 'object'
}

function writeRuns(page: Page, runs: readonly VisitedRun[]): void {
  try {
    page.sessionStorage.setItem(storageKey, JSON.stringify(runs))
  } catch {
    // A browser that keeps nothing: the list ends with the page.
  }
}
