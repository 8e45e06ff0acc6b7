import {
  type CancelledEvent,
  type CompleteEvent,
  checkRunId,
  type ErrorEvent,
  isTerminal,
  LlmmonError,
  type ProgressEvent,
  type ResetReason,
  type CustomEvent as RunCustomEvent,
  type RunEvent,
  type Sequenced,
  type StartEvent,
  type StepEvent,
  type StepStartEvent,
  type TokenEvent,
  type UnsequencedEvent,
} from '@llmmon/core/protocol'
import { EventEmitter } from 'eventemitter3'
import { iterateEvents } from './event-iterator.js'
import { LogCursor } from './run-log.js'
import { RunOutcome } from './run-outcome.js'
import { type MonitorClientOptions, type RunRegistry, registryOf, sharedRegistry } from './run-registry.js'
import type { MonitorSnapshot } from './snapshot.js'
import type { RunListener, WatchedRun } from './watched-run.js'

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

type Handler<Name extends keyof MonitorEvents> = (data: MonitorEvents[Name]) => void

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

/** Options of a monitor. */
export interface ChainMonitorOptions extends MonitorClientOptions, MonitorHandlers {
  /** The client to watch with. Default: one that all monitors with the same `url`, `getToken`, `protocol` and `WebSocket` share. */
  client?: object
}

const nameOf: { readonly [type: string]: keyof MonitorEvents } = {
  start: 'start',
  step_start: 'stepStart',
  step: 'step',
  token: 'token',
  progress: 'progress',
  custom: 'custom',
  complete: 'complete',
  error: 'error',
  cancelled: 'cancelled',
}

const handlerNames = [
  'start',
  'stepStart',
  'step',
  'token',
  'progress',
  'custom',
  'complete',
  'error',
  'cancelled',
  'reset',
  'event',
] as const

/** Whoever comes too late for one of these is told all the same. */
const remembered: readonly string[] = ['start', 'complete', 'error', 'cancelled']

/**
 * Watches one run: calls handlers with its events, in order and each once, keeps a snapshot for pages, and can ask the run
 * to stop. Handlers attached in the task that made the monitor miss nothing.
 *
 * @example
 * const monitor = new ChainMonitor(runId)
 * monitor.onStep((data) => { bar.value = data.progress_percentage })
 * monitor.onToken((data) => { text.append(data.delta) })
 * const result = await monitor.result
 */
export class ChainMonitor<Result = unknown> {
  readonly runId: string
  readonly #emitter = new EventEmitter()
  readonly #registry: RunRegistry
  readonly #run: WatchedRun
  readonly #cursor: LogCursor
  readonly #outcome = new RunOutcome<Result>()
  readonly #listener: RunListener
  readonly #closers = new Set<() => void>()
  readonly #assigned = new Map<string, () => void>()
  readonly #past = new Map<string, unknown>()
  readonly #subscribers = new Set<() => void>()
  readonly #unsubscribe: () => void
  #hasBegun = false
  #resetReason: ResetReason = 'epoch'
  #closed: MonitorSnapshot | undefined

  /**
   * @param runId the run's id
   * @param options see `ChainMonitorOptions`; where there is no WebSocket at all, the monitor is `refused` and says why
   * @throws LlmmonError `invalid_run_id`, `invalid_argument` for an address that is none, `closed` for a client that was closed.
   */
  constructor(runId: string, options: ChainMonitorOptions = {}) {
    this.runId = checkRunId(runId)
    const { client } = options
    const registry = client === undefined ? sharedRegistry(options) : registryOf(client)
    if (!registry) throw new LlmmonError('invalid_argument', 'Expected client to be what createMonitorClient() gives.')
    this.#registry = registry
    this.#listener = {
      advanced: (reason) => {
        this.#resetReason = reason ?? this.#resetReason
        this.#drain()
      },
      failed: (event) => this.#fail(event),
      ended: () => this.#outcome.end(),
    }
    this.#run = this.#registry.join(this, runId, this.#listener)
    this.#cursor = new LogCursor(this.#run.log)
    this.#unsubscribe = this.#run.store.subscribe(() => {
      for (const subscriber of [...this.#subscribers]) subscriber()
    })
    for (const name of handlerNames) {
      const handler = options[propertyOf(name)]
      if (handler) this.#on(name, handler as (data: never) => void)
    }
    setTimeout(() => this.#begin(), 0)
  }

  /** What the run gives. Rejects with LlmmonError `run_failed`, `cancelled`, `abandoned`, `lost`, `refused` or `closed`; never an unhandled rejection. */
  get result(): Promise<Result> {
    return this.#outcome.promise
  }

  /** The state of the run and the connection; the same object until something changes. */
  readonly getSnapshot = (): MonitorSnapshot => this.#closed ?? this.#run.store.getSnapshot()

  /** Calls back when there is a new snapshot: at once for what starts or ends something, once a frame for the rest. */
  readonly subscribe = (listener: () => void): (() => void) => {
    const own = () => listener()
    this.#subscribers.add(own)
    return () => void this.#subscribers.delete(own)
  }

  /**
   * Asks the run to stop. Resolves once its writer has aborted its signal; how the chain then settles decides how the run ends.
   *
   * @throws (rejects with) LlmmonError `no_writer`, `refused`, `timeout`, `closed`.
   */
  cancel(reason?: string): Promise<'accepted' | 'already_ended'> {
    if (this.#closed) return Promise.reject(new LlmmonError('closed', 'This monitor was closed.'))
    return this.#registry.cancel(this.runId, reason)
  }

  /** Stops watching. The run goes on. Idempotent. */
  close(): void {
    if (this.#closed) return
    const { store } = this.#run
    store.flush()
    const snapshot = store.getSnapshot()
    this.#closed = { ...snapshot, connection: { ...snapshot.connection, state: 'closed', retryAt: null } }
    this.#unsubscribe()
    this.#registry.leave(this, this.#run, this.#listener)
    this.#outcome.close()
    for (const close of [...this.#closers]) close()
    for (const subscriber of [...this.#subscribers]) subscriber()
    this.#emitter.removeAllListeners()
  }

  /** The run's events from the first; ends after the terminal one. Breaking off ends the iteration, not the run. */
  [Symbol.asyncIterator](): AsyncGenerator<RunEvent> {
    return iterateEvents(this.#run, (close) => {
      this.#closers.add(close)
      if (this.#closed) close()
      return () => this.#closers.delete(close)
    })
  }

  get onStart(): Register<'start'> {
    return (handler) => this.#on('start', handler)
  }
  set onStart(handler: Handler<'start'> | null) {
    this.#assign('start', handler)
  }
  get onStepStart(): Register<'stepStart'> {
    return (handler) => this.#on('stepStart', handler)
  }
  set onStepStart(handler: Handler<'stepStart'> | null) {
    this.#assign('stepStart', handler)
  }
  get onStep(): Register<'step'> {
    return (handler) => this.#on('step', handler)
  }
  set onStep(handler: Handler<'step'> | null) {
    this.#assign('step', handler)
  }
  get onToken(): Register<'token'> {
    return (handler) => this.#on('token', handler)
  }
  set onToken(handler: Handler<'token'> | null) {
    this.#assign('token', handler)
  }
  get onProgress(): Register<'progress'> {
    return (handler) => this.#on('progress', handler)
  }
  set onProgress(handler: Handler<'progress'> | null) {
    this.#assign('progress', handler)
  }
  get onCustom(): Register<'custom'> {
    return (handler) => this.#on('custom', handler)
  }
  set onCustom(handler: Handler<'custom'> | null) {
    this.#assign('custom', handler)
  }
  get onComplete(): Register<'complete'> {
    return (handler) => this.#on('complete', handler)
  }
  set onComplete(handler: Handler<'complete'> | null) {
    this.#assign('complete', handler)
  }
  get onError(): Register<'error'> {
    return (handler) => this.#on('error', handler)
  }
  set onError(handler: Handler<'error'> | null) {
    this.#assign('error', handler)
  }
  get onCancelled(): Register<'cancelled'> {
    return (handler) => this.#on('cancelled', handler)
  }
  set onCancelled(handler: Handler<'cancelled'> | null) {
    this.#assign('cancelled', handler)
  }
  get onReset(): Register<'reset'> {
    return (handler) => this.#on('reset', handler)
  }
  set onReset(handler: Handler<'reset'> | null) {
    this.#assign('reset', handler)
  }
  get onEvent(): Register<'event'> {
    return (handler) => this.#on('event', handler)
  }
  set onEvent(handler: Handler<'event'> | null) {
    this.#assign('event', handler)
  }

  #assign(name: keyof MonitorEvents, handler: ((data: never) => void) | null): void {
    this.#assigned.get(name)?.()
    if (handler) this.#assigned.set(name, this.#on(name, handler))
    else this.#assigned.delete(name)
  }

  #on(name: keyof MonitorEvents, handler: (data: never) => void): () => void {
    if (typeof handler !== 'function') {
      throw new LlmmonError(
        'invalid_argument',
        `Expected ${propertyOf(name)} to be given a function; got ${typeof handler}.`,
      )
    }
    let hasThrown = false
    // Each in a guard of its own: one that throws stops neither the others nor the run.
    const guarded = (data: unknown) => {
      try {
        handler(data as never)
      } catch (error) {
        if (!hasThrown) console.error(`llmmon: a handler of ${propertyOf(name)} threw:`, error)
        hasThrown = true
      }
    }
    this.#emitter.on(name, guarded)
    const past = remembered.includes(name) && this.#past.get(name)
    if (past) queueMicrotask(() => this.#emitter.listeners(name).includes(guarded) && guarded(past))
    return () => void this.#emitter.off(name, guarded)
  }

  #begin(): void {
    if (this.#closed) return
    this.#hasBegun = true
    this.#drain()
    if (this.#run.failure) this.#fail(this.#run.failure)
    else if (this.#run.isFinal) this.#outcome.end()
  }

  #drain(): void {
    if (!this.#hasBegun) return
    for (let next = this.#cursor.next(); next && !this.#closed; next = this.#cursor.next()) {
      if (next === 'reset') {
        this.#past.clear()
        this.#outcome.reset()
        this.#emitter.emit('reset', { reason: this.#resetReason })
      } else this.#deliver(next)
    }
  }

  #deliver(event: RunEvent): void {
    this.#outcome.take(event)
    this.#emitter.emit('event', event)
    const name = nameOf[event.update_type]
    if (!name) return
    this.#tell(name, event)
    // A page that knows only the seed's four callbacks must not wait for ever for a run that was cancelled.
    if (event.update_type === 'cancelled' && this.#emitter.listenerCount('cancelled') === 0) {
      const { reason, seq, ts } = event
      const error = reason ?? 'The run was cancelled.'
      this.#tell('error', { update_type: 'error', status: 'error', error, code: 'cancelled', seq, ts })
    }
  }

  #tell(name: keyof MonitorEvents, data: unknown): void {
    if (remembered.includes(name)) this.#past.set(name, data)
    this.#emitter.emit(name, data)
  }

  #fail(event: UnsequencedEvent): void {
    if (!this.#hasBegun) return
    this.#outcome.fail(event)
    if (!this.#past.has('error') && ![...this.#past.values()].some((past) => isTerminal(past as RunEvent))) {
      this.#tell('error', event)
    }
  }
}

function propertyOf<Name extends keyof MonitorEvents>(name: Name): `on${Capitalize<Name>}` {
  return `on${name[0]?.toUpperCase()}${name.slice(1)}` as `on${Capitalize<Name>}`
}
