import type { Channel, Json, JsonObject, StepEnd, StepStartEvent } from '../protocol/index.js'

/** How a run stands. */
export type RunStatus = 'pending' | 'running' | 'completed' | 'error' | 'cancelled'

/** How a step stands. */
export type StepStatus = 'running' | StepEnd

/** Counts of what model calls used: `inputTokens`, `outputTokens`, `totalTokens` and whatever a provider adds. */
export type Usage = { readonly [name: string]: number }

/** The text of one writer of tokens (a step's attempt, or the run itself), by channel. */
export interface Texts {
  readonly text: string
  readonly reasoning: string
  readonly tool: string
  /** How many UTF-16 units of a channel are no longer kept. Absent while everything is. */
  readonly cut?: { readonly [C in Channel]?: number }
}

/** One step of a run. */
export interface StepState extends Texts {
  readonly stepId: string
  readonly parentStepId: string | null
  readonly name: string
  readonly kind: string
  readonly attempt: number
  readonly status: StepStatus
  /** 0 to 100, or null while unknown. */
  readonly progress: number | null
  /** What the step last said about its progress. */
  readonly message: string | null
  /** Its intermediate result; null until it has one. */
  readonly result: Json
  readonly error: { readonly message: string; readonly code: string | null } | null
  readonly usage: Usage | null
  /** ms since 1970 by the writer's clock. */
  readonly startedAt: number | null
  readonly endedAt: number | null
}

/** Everything known of a run after some of its events. Plain data: it survives JSON. */
export interface RunState {
  readonly runId: string
  readonly chain: string | null
  readonly status: RunStatus
  /** True from the moment the writer has taken a cancel until the run ends. */
  readonly cancelling: boolean
  /** 0 to 100, or null while unknown. */
  readonly progress: number | null
  /** What the run last said about its progress. */
  readonly message: string | null
  /** Every step, flat, in start order. */
  readonly steps: readonly StepState[]
  /** The run's own text if it has some, else that of the last-started step that has. */
  readonly text: string
  /** What the run itself, outside of any step, has written. */
  readonly own: Texts
  readonly metadata: JsonObject
  readonly tags: readonly string[]
  readonly totalSteps: number | null
  readonly parent: { readonly runId: string; readonly stepId: string | null } | null
  /** What the run said it used, or the sum of its steps until it does. */
  readonly usage: Usage | null
  /** The result; null until the run is completed. */
  readonly result: Json
  readonly error: { readonly message: string; readonly code: string | null } | null
  /** Paths of values that were cut to a limit. Absent while nothing was. */
  readonly truncated?: readonly string[]
  /** How many events the writer has had to drop. */
  readonly dropped: number
  /** ms since 1970 by the writer's clock. */
  readonly startedAt: number | null
  readonly endedAt: number | null
  /** The number of the last event in this state; 0 before the first. */
  readonly seq: number
}

/** A writer of tokens that has written nothing. */
export const noTexts: Texts = { text: '', reasoning: '', tool: '' }

/** What neither a run nor a step has in the beginning. */
const nothing = { progress: null, message: null, usage: null, result: null, error: null, endedAt: null } as const

/**
 * The state of a run of which nothing is known yet.
 *
 * @example
 * const state = events.reduce(fold, initialRunState('run-1'))
 */
export function initialRunState(runId: string): RunState {
  return {
    ...nothing,
    runId,
    chain: null,
    status: 'pending',
    cancelling: false,
    steps: [],
    text: '',
    own: noTexts,
    metadata: {},
    tags: [],
    totalSteps: null,
    parent: null,
    dropped: 0,
    startedAt: null,
    seq: 0,
  }
}

/** The state of a step that has just started. */
export function newStep(event: Omit<StepStartEvent, 'update_type'>, startedAt: number): StepState {
  return {
    ...nothing,
    ...noTexts,
    stepId: event.step_id,
    parentStepId: event.parent_step_id ?? null,
    name: event.step_name,
    kind: event.kind ?? 'step',
    attempt: event.attempt ?? 1,
    status: 'running',
    startedAt,
  }
}
