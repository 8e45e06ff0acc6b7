import { type Json, type JsonObject, LlmmonError } from '@llmmon/core/protocol'
import { createListeners, type Listeners } from './listeners.js'
import type { HandlerData, HandlerName, HandlerProperties, MonitorHandlers } from './monitor-events.js'
import type { AnySteps } from './run-of.js'

/** The property that takes the handlers of a type of event. */
export const handlerOf: { readonly [type: string]: HandlerName } = {
  start: 'onStart',
  step_start: 'onStepStart',
  step: 'onStep',
  token: 'onToken',
  progress: 'onProgress',
  custom: 'onCustom',
  complete: 'onComplete',
  error: 'onError',
  cancelled: 'onCancelled',
}

const handlerNames: readonly HandlerName[] = [...Object.values(handlerOf), 'onReset', 'onEvent']

/** Whoever comes too late for one of these is told all the same. */
const remembered: readonly HandlerName[] = ['onStart', 'onComplete', 'onError', 'onCancelled']

/** The handlers of a monitor, and what those who come late are to be told. */
export function createHandlerTable() {
  const listeners = new Map<HandlerName, Listeners<never>>()
  const assigned = new Map<HandlerName, () => void>()
  const past = new Map<HandlerName, unknown>()

  /** Adds a handler; gives how to take it off. */
  const add = (name: HandlerName, handler: (data: never) => void): (() => void) => {
    if (typeof handler !== 'function') {
      throw new LlmmonError('invalid_argument', `Expected ${name} to be given a function; got ${typeof handler}.`)
    }
    const list = listeners.get(name) ?? createListeners<never>(`a handler of ${name}`)
    listeners.set(name, list)
    return list.add(handler, past.get(name) as never)
  }

  return {
    add,

    /** Puts a handler in the place of the one assigned before; null takes it away. */
    assign(name: HandlerName, handler: ((data: never) => void) | null): void {
      assigned.get(name)?.()
      if (handler) assigned.set(name, add(name, handler))
    },

    /** True when somebody listens for this. */
    hears: (name: HandlerName) => (listeners.get(name)?.count() ?? 0) > 0,

    /** Calls the handlers. */
    tell<Name extends HandlerName>(name: Name, data: HandlerData<Name>): void {
      if (remembered.includes(name)) past.set(name, data)
      listeners.get(name)?.tell(data as never)
    },

    /** Forgets what has been told. */
    forget: () => past.clear(),

    /** Takes every handler off. */
    clear(): void {
      for (const list of listeners.values()) list.clear()
    },
  }
}

/** The part of a monitor that takes handlers: by method, by assignment, or at once. */
class HandlerTarget {
  /** The table of this monitor's handlers. */
  protected readonly handlers = createHandlerTable()

  static {
    for (const name of handlerNames) {
      Object.defineProperty(HandlerTarget.prototype, name, {
        get(this: HandlerTarget) {
          return (handler: (data: never) => void) => this.handlers.add(name, handler)
        },
        set(this: HandlerTarget, handler: ((data: never) => void) | null) {
          this.handlers.assign(name, handler)
        },
      })
    }
  }

  /** Adds the handlers that were given at once. */
  protected addHandlers(given: MonitorHandlers): void {
    for (const name of handlerNames) {
      const handler = given[name]
      if (handler) this.handlers.add(name, handler as (data: never) => void)
    }
  }
}

/** `HandlerTarget` with the properties that it defines by name. */
export const MonitorHandlerTarget = HandlerTarget as unknown as abstract new <
  Result = Json,
  Metadata = JsonObject,
  Steps = AnySteps,
>() => HandlerTarget & HandlerProperties<Result, Metadata, Steps>
