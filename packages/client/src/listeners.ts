/** Who is told of something, see `createListeners`. */
export type Listeners<Data = void> = ReturnType<typeof createListeners<Data>>

/**
 * Makes a list of functions that are told of something, each in a guard of its own: one that throws stops neither the
 * others nor the run.
 *
 * @param what names one of them, where it throws
 */
export function createListeners<Data = void>(what: string) {
  const listeners = new Set<(data: Data) => void>()
  return {
    /** How many there are. */
    count: () => listeners.size,

    /**
     * Adds a function; gives how to take it off, idempotent. The same function may be added twice.
     *
     * @param past what it has missed and is to be told all the same, if anything, as soon as this task is done
     */
    add(listener: (data: Data) => void, past?: Data): () => void {
      let hasThrown = false
      const guarded = (data: Data) => {
        try {
          if (listeners.has(guarded)) listener(data)
        } catch (error) {
          if (!hasThrown) console.error(`llmmon: ${what} threw:`, error)
          hasThrown = true
        }
      }
      listeners.add(guarded)
      if (past) queueMicrotask(() => guarded(past))
      return () => void listeners.delete(guarded)
    },

    /** Calls those there are now and that are still there when it is their turn. */
    tell(data: Data): void {
      for (const listener of [...listeners]) listener(data)
    },

    /** Takes all off. */
    clear: () => listeners.clear(),
  }
}
