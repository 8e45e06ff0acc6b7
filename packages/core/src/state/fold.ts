import type { EventBody, RunEvent, StepEvent, StepStartEvent } from '../protocol/index.js'
import { noTexts, type RunState, type StepState } from './run-state.js'
import { applyToken } from './tokens.js'
import { addUsage, usageFromWire } from './usage.js'

type Draft<T> = { -readonly [K in keyof T]: T[K] }
type RunDraft = Draft<Omit<RunState, 'steps'>> & { steps: StepState[] }

/**
 * The state of a run after one more event. Pure. An event that the state has seen (`seq` not above `state.seq`)
 * gives the same object back; an event of an unknown type only counts.
 *
 * @example
 * let state = initialRunState('run-1')
 * monitor.subscribe((event) => { state = fold(state, event) })
 */
export function fold(state: RunState, event: RunEvent): RunState {
  return foldBatch(state, [event])
}

/**
 * The state of a run after some more events, in order. The same as folding one by one, but copies each touched part
 * once, however many events touch it.
 */
export function foldBatch(state: RunState, events: readonly RunEvent[]): RunState {
  let draft: RunDraft | undefined
  const fresh = new Set<StepState>()
  for (const event of events) {
    if (event.seq <= (draft ?? state).seq) continue
    draft ??= { ...state, steps: [...state.steps] }
    apply(draft, event, fresh)
    draft.seq = event.seq
    if (event.dropped !== undefined && event.dropped > draft.dropped) draft.dropped = event.dropped
    if (event.truncated) draft.truncated = [...new Set([...(draft.truncated ?? []), ...namePaths(event)])]
  }
  if (!draft) return state
  if (fresh.size === 0) draft.steps = state.steps as StepState[]
  draft.text = shownText(draft)
  return draft
}

/** One event onto a draft. `fresh` holds the step objects that this fold has made and may change. */
function apply(run: RunDraft, event: RunEvent, fresh: Set<StepState>): void {
  switch (event.update_type) {
    case 'start':
      run.status = 'running'
      run.startedAt = event.ts
      run.metadata = event.metadata
      run.chain = event.chain ?? null
      run.tags = event.tags ?? []
      run.totalSteps = event.total_steps ?? null
      run.parent = event.parent ? { runId: event.parent.run_id, stepId: event.parent.step_id ?? null } : null
      return
    case 'step_start':
      startStep(run, event, event.ts, fresh)
      return
    case 'step':
      endStep(run, event, event.ts, fresh)
      return
    case 'token': {
      if (event.step_id === undefined) {
        run.own = applyToken(run.own, event)
        return
      }
      const step = findStep(run, event.step_id)
      if (!step || (event.attempt ?? 1) !== step.attempt) return
      const texts = applyToken(step, event)
      if (texts !== step) Object.assign(change(run, step, fresh), texts)
      return
    }
    case 'progress': {
      if (event.step_id === undefined) {
        run.progress = event.progress_percentage
        run.message = event.message
        return
      }
      const step = findStep(run, event.step_id)
      if (!step || (event.attempt ?? 1) !== step.attempt) return
      const changed = change(run, step, fresh)
      changed.progress = event.progress_percentage
      changed.message = event.message
      return
    }
    case 'cancel_requested':
      run.cancelling = true
      return
    case 'complete':
      end(run, 'completed', event.ts)
      run.progress = 100
      run.result = event.result
      if (event.usage) run.usage = usageFromWire(event.usage)
      return
    case 'error':
      end(run, 'error', event.ts)
      run.error = { message: event.error, code: event.code ?? null }
      return
    case 'cancelled':
      end(run, 'cancelled', event.ts)
      run.error = { message: event.reason ?? 'The run was cancelled.', code: 'cancelled' }
      return
    default:
      return
  }
}

function startStep(run: RunDraft, event: StepStartEvent, ts: number, fresh: Set<StepState>): void {
  const started: StepState = {
    ...noTexts,
    stepId: event.step_id,
    parentStepId: event.parent_step_id ?? null,
    name: event.step_name,
    kind: event.kind ?? 'step',
    attempt: event.attempt ?? 1,
    status: 'running',
    progress: null,
    message: null,
    result: null,
    error: null,
    usage: null,
    startedAt: ts,
    endedAt: null,
  }
  put(run, started)
  fresh.add(started)
}

function endStep(run: RunDraft, event: StepEvent, ts: number, fresh: Set<StepState>): void {
  const status = event.step_status ?? 'completed'
  const known = event.step_id === undefined ? undefined : findStep(run, event.step_id)
  // A seed's page, and a writer in another language, may tell of a step only when it has finished.
  if (!known) {
    const startedAt = event.duration_ms === undefined ? ts : ts - event.duration_ms
    const { step_name, parent_step_id, kind, attempt } = event
    const step_id = event.step_id ?? `step-${run.steps.length + 1}`
    const start = { update_type: 'step_start', step_id, step_name } as const
    const rest = { ...(parent_step_id && { parent_step_id }), ...(kind && { kind }), ...(attempt && { attempt }) }
    startStep(run, { ...start, ...rest }, startedAt, fresh)
  }
  const step = known ?? run.steps.at(-1)
  if (step && (event.attempt ?? 1) === step.attempt) {
    const changed = change(run, step, fresh)
    changed.name = event.step_name
    changed.status = status
    changed.endedAt = ts
    changed.result = event.intermediate_result
    changed.usage = event.usage ? usageFromWire(event.usage) : null
    if (status === 'completed') changed.progress = 100
    if (event.error !== undefined) changed.error = { message: event.error, code: event.code ?? null }
  }
  if (event.progress_percentage !== null) run.progress = event.progress_percentage
  if (event.usage) run.usage = addUsage(run.usage, usageFromWire(event.usage))
}

function end(run: RunDraft, status: 'completed' | 'error' | 'cancelled', ts: number): void {
  run.status = status
  run.cancelling = false
  run.endedAt = ts
}

// From the end: the steps that still change are the ones started last.
function findStep(run: RunDraft, stepId: string): StepState | undefined {
  for (let i = run.steps.length - 1; i >= 0; i -= 1) {
    const step = run.steps[i] as StepState
    if (step.stepId === stepId) return step
  }
  return undefined
}

function put(run: RunDraft, step: StepState): void {
  const known = findStep(run, step.stepId)
  if (known) run.steps[run.steps.lastIndexOf(known)] = step
  else run.steps.push(step)
}

function change(run: RunDraft, step: StepState, fresh: Set<StepState>): Draft<StepState> {
  if (fresh.has(step)) return step
  const copy = { ...step }
  run.steps[run.steps.lastIndexOf(step)] = copy
  fresh.add(copy)
  return copy
}

function shownText(run: RunDraft): string {
  if (run.own.text !== '' || run.own.cut?.text) return run.own.text
  for (let i = run.steps.length - 1; i >= 0; i -= 1) {
    const step = run.steps[i] as StepState
    if (step.text !== '' || step.cut?.text) return step.text
  }
  return ''
}

// A step's paths are told apart by its id; those of the run stand as they are.
function namePaths(event: RunEvent): readonly string[] {
  const { step_id } = event as { step_id?: string } & EventBody
  return step_id === undefined ? (event.truncated ?? []) : (event.truncated ?? []).map((path) => `${step_id}.${path}`)
}
