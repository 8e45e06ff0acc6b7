/** Waits that an AbortSignal can end: with one listener, however many waits there are. */
export interface Interruptible {
  /** The promise, or a rejection with the signal's reason as soon as it aborts. */
  wait<Value>(start: () => PromiseLike<Value> | Value): Promise<Value>
  /** Removes the listener. */
  dispose(): void
}

/** Makes waits that `signal` can end. */
export function interruptible(signal: AbortSignal): Interruptible {
  let interrupt: ((reason: unknown) => void) | undefined
  const onAbort = () => interrupt?.(signal.reason)
  let isListening = false
  return {
    wait: (start) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) {
          reject(signal.reason)
          return
        }
        if (!isListening) signal.addEventListener('abort', onAbort)
        isListening = true
        interrupt = reject
        Promise.resolve(start()).then(resolve, reject)
      }),
    dispose() {
      signal.removeEventListener('abort', onAbort)
      isListening = false
      interrupt = undefined
    },
  }
}
