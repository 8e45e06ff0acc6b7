import type { RunEvent, StepEvent, StepStartEvent } from '../protocol/index.js'
import { newStep, type RunState, type StepState, type Texts } from './run-state.js'
import { textsAfter } from './tokens.js'
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
  for (const event of events) {
    if (event.seq <= (draft ?? state).seq) continue
    draft ??= { ...state } as RunDraft
    apply(draft, event, state.steps)
    draft.seq = event.seq
    draft.dropped = Math.max(draft.dropped, event.dropped ?? 0)
    if (event.truncated) draft.truncated = [...new Set([...(draft.truncated ?? []), ...namePaths(event)])]
  }
  if (!draft) return state
  draft.text = (hasText(draft.own) ? draft.own : draft.steps.findLast(hasText))?.text ?? ''
  return draft
}

/** One event onto a draft. `before` are the steps as they were: those are copied before they are changed. */
function apply(run: RunDraft, event: RunEvent, before: readonly StepState[]): void {
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
      startStep(run, event, event.ts, before)
      return
    case 'step':
      endStep(run, event, before)
      return
    case 'token': {
      const index = indexOfStep(run, event)
      const texts = event.step_id === undefined ? run.own : run.steps[index]
      const changed = texts && textsAfter(texts, event)
      if (!changed) return
      if (texts === run.own) run.own = { ...texts, ...changed }
      else Object.assign(changeable(run, index, before), changed)
      return
    }
    case 'progress': {
      const index = indexOfStep(run, event)
      if (event.step_id !== undefined && index < 0) return
      const owner = event.step_id === undefined ? run : changeable(run, index, before)
      owner.progress = event.progress_percentage
      owner.message = event.message
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
      run.error = errorOf(event.error, event.code)
      return
    case 'cancelled':
      end(run, 'cancelled', event.ts)
      run.error = errorOf(event.reason ?? 'The run was cancelled.', 'cancelled')
  }
}

function startStep(
  run: RunDraft,
  event: Omit<StepStartEvent, 'update_type'>,
  ts: number,
  before: readonly StepState[],
): void {
  const index = run.steps.findLastIndex(({ stepId }) => stepId === event.step_id)
  ownSteps(run, before)[index < 0 ? run.steps.length : index] = newStep(event, ts)
}

function endStep(run: RunDraft, event: StepEvent & { readonly ts: number }, before: readonly StepState[]): void {
  const { ts, usage, step_id = `step-${run.steps.length + 1}`, step_status = 'completed' } = event
  // A seed's page, and a writer in another language, may tell of a step only when it has finished.
  if (!run.steps.some(({ stepId }) => stepId === event.step_id)) {
    startStep(run, { ...event, step_id }, ts - (event.duration_ms ?? 0), before)
  }
  const index = indexOfStep(run, { ...event, step_id })
  if (index >= 0) {
    const step = changeable(run, index, before)
    step.name = event.step_name
    step.status = step_status
    step.endedAt = ts
    step.result = event.intermediate_result
    step.usage = usage ? usageFromWire(usage) : null
    if (step_status === 'completed') step.progress = 100
    if (event.error !== undefined) step.error = errorOf(event.error, event.code)
  }
  if (event.progress_percentage !== null) run.progress = event.progress_percentage
  if (usage) run.usage = addUsage(run.usage, usageFromWire(usage))
}

function end(run: RunDraft, status: 'completed' | 'error' | 'cancelled', ts: number): void {
  run.status = status
  run.cancelling = false
  run.endedAt = ts
}

function errorOf(message: string, code: string | null = null) {
  return { message, code }
}

/** Where the step of an event stands; -1 if there is none, or another attempt of it runs. From the end: the steps that still change are the ones started last. */
function indexOfStep(run: RunDraft, { step_id, attempt = 1 }: { step_id?: string; attempt?: number }): number {
  const index = run.steps.findLastIndex(({ stepId }) => stepId === step_id)
  return run.steps[index]?.attempt === attempt ? index : -1
}

/** A step that may be changed: a copy, if this fold has not made one. */
function changeable(run: RunDraft, index: number, before: readonly StepState[]): Draft<StepState> {
  const steps = ownSteps(run, before)
  const step = steps[index] as StepState
  return step === before[index] ? (steps[index] = { ...step }) : step
}

function ownSteps(run: RunDraft, before: readonly StepState[]): StepState[] {
  if (run.steps === before) run.steps = [...before]
  return run.steps
}

function hasText({ text, cut }: Texts): boolean {
  return text !== '' || (cut?.text ?? 0) > 0
}

// A step's paths are told apart by its id; those of the run stand as they are.
function namePaths({ truncated = [], step_id }: { truncated?: readonly string[]; step_id?: string }) {
  return step_id === undefined ? truncated : truncated.map((path) => `${step_id}.${path}`)
}
