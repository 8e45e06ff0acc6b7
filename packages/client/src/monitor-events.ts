import type {
  CancelledEvent,
  CompleteEvent,
  ErrorEvent,
  Json,
  JsonObject,
  ProgressEvent,
  ResetReason,
  CustomEvent as RunCustomEvent,
  RunEvent,
  Sequenced,
  StartEvent,
  StepStartEvent,
  TokenEvent,
  UnsequencedEvent,
} from '@llmmon/core/protocol'
import type { AnySteps } from './run-of.js'
import type { StepEventOf } from './step-of.js'

/** What each handler is called with: the events as they are on the wire. */
export interface MonitorEvents<Result = Json, Metadata = JsonObject, Steps = AnySteps> {
  start: Omit<StartEvent, 'metadata'> & { readonly metadata: Metadata } & Sequenced
  stepStart: StepStartEvent & Sequenced
  step: StepEventOf<Steps>
  token: TokenEvent & Sequenced
  progress: ProgressEvent & Sequenced
  custom: RunCustomEvent & Sequenced
  complete: Omit<CompleteEvent, 'result'> & { readonly result: Result } & Sequenced
  /** Without `seq` where the run is refused or lost. */
  error: (ErrorEvent & Sequenced) | UnsequencedEvent
  cancelled: CancelledEvent & Sequenced
  /** Everything so far is void; the run's events come again from the first. */
  reset: { readonly reason: ResetReason }
  /** Every event of the run. */
  event: RunEvent
}

/** A handler of one kind of event. */
export type Handler<Name extends keyof MonitorEvents, Result = Json, Metadata = JsonObject, Steps = AnySteps> = (
  data: MonitorEvents<Result, Metadata, Steps>[Name],
) => void

/** Adds a handler; gives how to take it off again, idempotent. */
export type Register<Name extends keyof MonitorEvents, Result = Json, Metadata = JsonObject, Steps = AnySteps> = (
  handler: Handler<Name, Result, Metadata, Steps>,
) => () => void

/** Handlers given at once, as some pages like it. */
export interface MonitorHandlers<Result = Json, Metadata = JsonObject, Steps = AnySteps> {
  onStart?: Handler<'start', Result, Metadata, Steps>
  onStepStart?: Handler<'stepStart'>
  onStep?: Handler<'step', Result, Metadata, Steps>
  onToken?: Handler<'token'>
  onProgress?: Handler<'progress'>
  onCustom?: Handler<'custom'>
  onComplete?: Handler<'complete', Result, Metadata, Steps>
  onError?: Handler<'error'>
  onCancelled?: Handler<'cancelled'>
  onReset?: Handler<'reset'>
  onEvent?: Handler<'event'>
}
