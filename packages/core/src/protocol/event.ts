import type { Json, JsonObject } from './json.js'

/** What every event has: its number in the run, from 1 without a hole, and when it happened (ms since 1970). */
export interface Sequenced {
  readonly seq: number
  readonly ts: number
  /** How many events the writer has had to drop in this run so far; absent while none. */
  readonly dropped?: number
  /** Paths inside this event whose value was cut to a limit, such as `result.items[120]`. */
  readonly truncated?: readonly string[]
}

/** Which kind of text a token belongs to. */
export type Channel = 'text' | 'reasoning' | 'tool'

/** All channels. */
export const channels: readonly Channel[] = ['text', 'reasoning', 'tool']

/** Counts of what a model call used, as providers report them. Names are snake_case on the wire. */
export type WireUsage = { readonly [name: string]: number }

/** The run has started. Always the first event of a run. */
export interface StartEvent {
  readonly update_type: 'start'
  readonly status: 'started'
  readonly metadata: JsonObject
  /** The chain's name. */
  readonly chain?: string
  readonly tags?: readonly string[]
  /** How many top-level steps the run will have, when that is known. */
  readonly total_steps?: number
  /** The run (and step) in which this run was started. */
  readonly parent?: { readonly run_id: string; readonly step_id?: string }
}

/** A step has started, or has started again (`attempt` 2 and up). */
export interface StepStartEvent {
  readonly update_type: 'step_start'
  readonly step_id: string
  readonly step_name: string
  readonly parent_step_id?: string
  /** What sort of work it is: `llm`, `tool`, `retriever`, … Default `step`. */
  readonly kind?: string
  /** Which try this is. Absent means 1. */
  readonly attempt?: number
}

/** How a step ended. */
export type StepEnd = 'completed' | 'error' | 'cancelled' | 'interrupted'

/** A step has finished. */
export interface StepEvent {
  readonly update_type: 'step'
  readonly step_name: string
  /** Progress of the run after this step, 0 to 100, or null while unknown. */
  readonly progress_percentage: number | null
  readonly intermediate_result: Json
  readonly step_id?: string
  readonly parent_step_id?: string
  readonly kind?: string
  readonly attempt?: number
  readonly step_status?: StepEnd
  /** What went wrong, when `step_status` is `error`. */
  readonly error?: string
  readonly code?: string
  readonly usage?: WireUsage
  readonly duration_ms?: number
}

/** A piece of text that a step, or the run itself, has written. */
export interface TokenEvent {
  readonly update_type: 'token'
  readonly channel: Channel
  readonly delta: string
  /** UTF-16 length of the text of this step, attempt and channel before `cut` and `delta`. */
  readonly at: number
  readonly step_id?: string
  readonly attempt?: number
  /** On a merged token: the number of the first event it stands for; `seq` is the last. */
  readonly first_seq?: number
  /** How many UTF-16 units before `delta` are no longer kept. */
  readonly cut?: number
}

/** Progress of the run, or of one step. Replaces what was said before. */
export interface ProgressEvent {
  readonly update_type: 'progress'
  readonly progress_percentage: number | null
  readonly message: string | null
  readonly step_id?: string
  readonly attempt?: number
}

/** Anything the chain wants its viewers to have. */
export interface CustomEvent {
  readonly update_type: 'custom'
  readonly name: string
  readonly data: Json
  readonly step_id?: string
}

/** The run has ended well. */
export interface CompleteEvent {
  readonly update_type: 'complete'
  readonly status: 'completed'
  readonly result: Json
  readonly usage?: WireUsage
}

/** The run has failed. */
export interface ErrorEvent {
  readonly update_type: 'error'
  readonly status: 'error'
  readonly error: string
  /** Why, for programs: `run_failed`, `abandoned`, `lost`, `timeout`, or a code of the chain's own. */
  readonly code?: string
}

/** Somebody asked the run to stop, and the writer has aborted its signal. */
export interface CancelRequestedEvent {
  readonly update_type: 'cancel_requested'
  readonly reason: string | null
}

/** The run has ended because it was cancelled. */
export interface CancelledEvent {
  readonly update_type: 'cancelled'
  readonly status: 'cancelled'
  readonly reason: string | null
}

/** What can happen in a run, before it is numbered. */
export type EventBody =
  | StartEvent
  | StepStartEvent
  | StepEvent
  | TokenEvent
  | ProgressEvent
  | CustomEvent
  | CompleteEvent
  | ErrorEvent
  | CancelRequestedEvent
  | CancelledEvent

/** One numbered event of a run, as it is on the wire. */
export type RunEvent = EventBody & Sequenced

/** The name of an event type. */
export type UpdateType = EventBody['update_type']

/** An event that ends its run. */
export type TerminalEvent = (CompleteEvent | ErrorEvent | CancelledEvent) & Sequenced

/** An event that belongs to no position: the server tells a viewer of a run that is refused or lost. */
export type UnsequencedEvent = ErrorEvent & { readonly ts: number }

/** True for the events after which nothing follows in a run. */
export function isTerminal(event: {
  readonly update_type: string
}): event is CompleteEvent | ErrorEvent | CancelledEvent {
  const type = event.update_type
  return type === 'complete' || type === 'error' || type === 'cancelled'
}
