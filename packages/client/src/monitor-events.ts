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

/** The property that takes the handlers of a kind of event. */
export type HandlerName = keyof MonitorHandlers

/** What a handler is called with, by its property. */
export type HandlerData<Name extends HandlerName> = Parameters<NonNullable<MonitorHandlers[Name]>>[0]

/** The properties of a monitor that take handlers: called with one they add it, assigned one they replace the one assigned before. */
export interface HandlerProperties<Result = Json, Metadata = JsonObject, Steps = AnySteps> {
  get onStart(): Register<'start', Result, Metadata, Steps>
  set onStart(handler: Handler<'start', Result, Metadata, Steps> | null)
  get onStepStart(): Register<'stepStart'>
  set onStepStart(handler: Handler<'stepStart'> | null)
  get onStep(): Register<'step', Result, Metadata, Steps>
  set onStep(handler: Handler<'step', Result, Metadata, Steps> | null)
  get onToken(): Register<'token'>
  set onToken(handler: Handler<'token'> | null)
  get onProgress(): Register<'progress'>
  set onProgress(handler: Handler<'progress'> | null)
  get onCustom(): Register<'custom'>
  set onCustom(handler: Handler<'custom'> | null)
  get onComplete(): Register<'complete', Result, Metadata, Steps>
  set onComplete(handler: Handler<'complete', Result, Metadata, Steps> | null)
  get onError(): Register<'error'>
  set onError(handler: Handler<'error'> | null)
  get onCancelled(): Register<'cancelled'>
  set onCancelled(handler: Handler<'cancelled'> | null)
  get onReset(): Register<'reset'>
  set onReset(handler: Handler<'reset'> | null)
  get onEvent(): Register<'event'>
  set onEvent(handler: Handler<'event'> | null)
}
