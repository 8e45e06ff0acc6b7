import { LlmmonError } from '@llmmon/core/protocol'

/** Who is told of something, see `createListeners`. */
export type Listeners<Data = void> = ReturnType<typeof createListeners<Data>>

/**
 * Makes a list of functions that are told of something, each in a guard of its own: one that throws stops neither the
 * others nor the run.
 *
 * @param name what they are given to, for messages
 * @param remembers whether who comes too late is told all the same
 */
export function createListeners<Data = void>(name: string, remembers = false) {
  const listeners = new Set<(data: Data) => void>()
  let past: { readonly data: Data } | undefined
  let takeOffAssigned = () => {}

  /**
   * Adds a function; gives how to take it off, idempotent. The same function may be added twice.
   *
   * @throws LlmmonError `invalid_argument` for what is none.
   */
  const add = (listener: (data: Data) => void): (() => void) => {
    if (typeof listener !== 'function') {
      throw new LlmmonError('invalid_argument', `Expected ${name} to be given a function; got ${typeof listener}.`)
    }
    let hasThrown = false
    const guarded = (data: Data) => {
      try {
        if (listeners.has(guarded)) listener(data)
      } catch (error) {
        if (!hasThrown) console.error(`llmmon: a function given to ${name} threw:`, error)
        hasThrown = true
      }
    }
    listeners.add(guarded)
    const missed = past
    if (missed) queueMicrotask(() => guarded(missed.data))
    return () => void listeners.delete(guarded)
  }

  return {
    add,

    /** Puts a function in the place of the one assigned before; null takes it away. */
    assign(listener: ((data: Data) => void) | null): void {
      takeOffAssigned()
      if (listener) takeOffAssigned = add(listener)
    },

    /** How many there are. */
    count: () => listeners.size,

    /** Calls those there are now and that are still there when it is their turn. */
    tell(data: Data): void {
      if (remembers) past = { data }
      for (const listener of [...listeners]) listener(data)
    },

    /** Forgets what has been told. */
    forget(): void {
      past = undefined
    },

    /** Takes all off. */
    clear: () => listeners.clear(),
  }
}
