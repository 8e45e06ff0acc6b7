import type {
  CancelledEvent,
  CompleteEvent,
  ErrorEvent,
  ProgressEvent,
  ResetReason,
  CustomEvent as RunCustomEvent,
  RunEvent,
  Sequenced,
  StartEvent,
  StepEvent,
  StepStartEvent,
  TokenEvent,
  UnsequencedEvent,
} from '@llmmon/core/protocol'

/** What each handler is called with: the events as they are on the wire. */
export interface MonitorEvents {
  start: StartEvent & Sequenced
  stepStart: StepStartEvent & Sequenced
  step: StepEvent & Sequenced
  token: TokenEvent & Sequenced
  progress: ProgressEvent & Sequenced
  custom: RunCustomEvent & Sequenced
  complete: CompleteEvent & Sequenced
  /** Without `seq` where the run is refused or lost. */
  error: (ErrorEvent & Sequenced) | UnsequencedEvent
  cancelled: CancelledEvent & Sequenced
  /** Everything so far is void; the run's events come again from the first. */
  reset: { readonly reason: ResetReason }
  /** Every event of the run. */
  event: RunEvent
}

/** A handler of one kind of event. */
export type Handler<Name extends keyof MonitorEvents> = (data: MonitorEvents[Name]) => void

/** Adds a handler; gives how to take it off again, idempotent. */
export type Register<Name extends keyof MonitorEvents> = (handler: Handler<Name>) => () => void

/** Handlers given at once, as some pages like it. */
export interface MonitorHandlers {
  onStart?: Handler<'start'>
  onStepStart?: Handler<'stepStart'>
  onStep?: Handler<'step'>
  onToken?: Handler<'token'>
  onProgress?: Handler<'progress'>
  onCustom?: Handler<'custom'>
  onComplete?: Handler<'complete'>
  onError?: Handler<'error'>
  onCancelled?: Handler<'cancelled'>
  onReset?: Handler<'reset'>
  onEvent?: Handler<'event'>
}
