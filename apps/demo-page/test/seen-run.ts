import type { MonitorSnapshot } from '@llmmon/client'
import { initialRunState, type StepState } from '@llmmon/core/state'

/** A run as a page sees it, running unless something else is said. */
export function seenRun(over: Partial<MonitorSnapshot> = {}): MonitorSnapshot {
  return {
    ...initialRunState('run-1'),
    chain: 'summarise',
    status: 'running',
    startedAt: 1_000,
    seq: 1,
    epoch: '1',
    stalled: false,
    connection: { state: 'open', reason: null, retryAt: null, continuity: true },
    ...over,
  }
}

/** A step that runs unless something else is said. */
export function seenStep(over: Partial<StepState> = {}): StepState {
  return {
    stepId: 'step-1',
    parentStepId: null,
    name: 'split',
    kind: 'step',
    attempt: 1,
    status: 'running',
    progress: null,
    message: null,
    text: '',
    reasoning: '',
    tool: '',
    result: null,
    error: null,
    usage: null,
    startedAt: 1_000,
    endedAt: null,
    ...over,
  }
}
