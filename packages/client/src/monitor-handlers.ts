import { type Json, type JsonObject, LlmmonError } from '@llmmon/core/protocol'
import { EventEmitter } from 'eventemitter3'
import type { Handler, MonitorEvents, MonitorHandlers, Register } from './monitor-events.js'
import type { AnySteps } from './run-of.js'

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

/** The handlers of a monitor, and what those who come late are to be told. */
export class HandlerTable {
  readonly #emitter = new EventEmitter()
  readonly #assigned = new Map<string, () => void>()
  readonly #past = new Map<string, unknown>()

  /** True when somebody listens for this. */
  hears(name: keyof MonitorEvents): boolean {
    return this.#emitter.listenerCount(name) > 0
  }

  /** True when this has been told. */
  hasTold(name: keyof MonitorEvents): boolean {
    return this.#past.has(name)
  }

  /** Calls the handlers. */
  tell<Name extends keyof MonitorEvents>(name: Name, data: MonitorEvents[Name]): void {
    if (remembered.includes(name)) this.#past.set(name, data)
    this.#emitter.emit(name, data)
  }

  /** Forgets what has been told. */
  forget(): void {
    this.#past.clear()
  }

  /** Takes every handler off. */
  clear(): void {
    this.#emitter.removeAllListeners()
  }

  /** Puts a handler in the place of the one assigned before; null takes it away. */
  assign(name: keyof MonitorEvents, handler: ((data: never) => void) | null): void {
    this.#assigned.get(name)?.()
    if (handler) this.#assigned.set(name, this.on(name, handler))
    else this.#assigned.delete(name)
  }

  /** Adds a handler; gives how to take it off. */
  on(name: keyof MonitorEvents, handler: (data: never) => void): () => void {
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
}

/** The part of a monitor that takes handlers: by method, by assignment, or at once. */
export abstract class MonitorHandlerTarget<Result = Json, Metadata = JsonObject, Steps = AnySteps> {
  /** The table of this monitor's handlers. */
  protected readonly handlers = new HandlerTable()

  /** Adds the handlers that were given at once. */
  protected addHandlers(given: MonitorHandlers<Result, Metadata, Steps>): void {
    for (const name of handlerNames) {
      const handler = given[propertyOf(name)]
      if (handler) this.handlers.on(name, handler as (data: never) => void)
    }
  }

  get onStart(): Register<'start', Result, Metadata, Steps> {
    return (handler) => this.handlers.on('start', handler)
  }
  set onStart(handler: Handler<'start', Result, Metadata, Steps> | null) {
    this.handlers.assign('start', handler)
  }
  get onStepStart(): Register<'stepStart'> {
    return (handler) => this.handlers.on('stepStart', handler)
  }
  set onStepStart(handler: Handler<'stepStart'> | null) {
    this.handlers.assign('stepStart', handler)
  }
  get onStep(): Register<'step', Result, Metadata, Steps> {
    return (handler) => this.handlers.on('step', handler)
  }
  set onStep(handler: Handler<'step', Result, Metadata, Steps> | null) {
    this.handlers.assign('step', handler)
  }
  get onToken(): Register<'token'> {
    return (handler) => this.handlers.on('token', handler)
  }
  set onToken(handler: Handler<'token'> | null) {
    this.handlers.assign('token', handler)
  }
  get onProgress(): Register<'progress'> {
    return (handler) => this.handlers.on('progress', handler)
  }
  set onProgress(handler: Handler<'progress'> | null) {
    this.handlers.assign('progress', handler)
  }
  get onCustom(): Register<'custom'> {
    return (handler) => this.handlers.on('custom', handler)
  }
  set onCustom(handler: Handler<'custom'> | null) {
    this.handlers.assign('custom', handler)
  }
  get onComplete(): Register<'complete', Result, Metadata, Steps> {
    return (handler) => this.handlers.on('complete', handler)
  }
  set onComplete(handler: Handler<'complete', Result, Metadata, Steps> | null) {
    this.handlers.assign('complete', handler)
  }
  get onError(): Register<'error'> {
    return (handler) => this.handlers.on('error', handler)
  }
  set onError(handler: Handler<'error'> | null) {
    this.handlers.assign('error', handler)
  }
  get onCancelled(): Register<'cancelled'> {
    return (handler) => this.handlers.on('cancelled', handler)
  }
  set onCancelled(handler: Handler<'cancelled'> | null) {
    this.handlers.assign('cancelled', handler)
  }
  get onReset(): Register<'reset'> {
    return (handler) => this.handlers.on('reset', handler)
  }
  set onReset(handler: Handler<'reset'> | null) {
    this.handlers.assign('reset', handler)
  }
  get onEvent(): Register<'event'> {
    return (handler) => this.handlers.on('event', handler)
  }
  set onEvent(handler: Handler<'event'> | null) {
    this.handlers.assign('event', handler)
  }
}

function propertyOf<Name extends keyof MonitorEvents>(name: Name): `on${Capitalize<Name>}` {
  return `on${name[0]?.toUpperCase()}${name.slice(1)}` as `on${Capitalize<Name>}`
}
