import type { Json, JsonObject } from '@llmmon/core/protocol'
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

/** The handlers of a monitor, by the property that takes them. */
export type HandlerTable = { readonly [Name in HandlerName]: Listeners<HandlerData<Name>> }

/** Makes the handlers of a monitor: none. */
export function createHandlerTable(): HandlerTable {
  const lists = handlerNames.map((name) => [name, createListeners(name, remembered.includes(name))])
  return Object.fromEntries(lists)
}

/** The part of a monitor that takes handlers: by method, by assignment, or at once. */
class HandlerTarget {
  /** The handlers of this monitor. */
  protected readonly handlers = createHandlerTable()

  static {
    for (const name of handlerNames) {
      Object.defineProperty(HandlerTarget.prototype, name, {
        get(this: HandlerTarget) {
          return this.handlers[name].add
        },
        set(this: HandlerTarget, handler: null) {
          this.handlers[name].assign(handler)
        },
      })
    }
  }

  /** Adds the handlers that were given at once. */
  protected addHandlers(given: MonitorHandlers): void {
    for (const name of handlerNames) if (given[name]) this.handlers[name].add(given[name] as () => void)
  }
}

/** `HandlerTarget` with the properties that it defines by name. */
export const MonitorHandlerTarget = HandlerTarget as unknown as abstract new <
  Result = Json,
  Metadata = JsonObject,
  Steps = AnySteps,
>() => HandlerTarget & HandlerProperties<Result, Metadata, Steps>
