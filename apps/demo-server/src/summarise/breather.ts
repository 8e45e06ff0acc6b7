import { setImmediate as nextTurn } from 'node:timers/promises'

/** Lets long computations share their thread: `if (breather.isDue) await breather.rest()`. */
export interface Breather {
  /** True once the computation has held the thread for a whole slice. */
  readonly isDue: boolean
  /** Lets everything else that waits have its turn. @throws the signal's reason once it has aborted. */
  rest(): Promise<void>
}

/** @param sliceMs how long the thread may be held at a stretch. Default 12, so that sockets and timers hardly notice. */
export function createBreather(signal?: AbortSignal, sliceMs = 12): Breather {
  let sliceEnd = performance.now() + sliceMs
  return {
    get isDue() {
      return performance.now() >= sliceEnd
    },
    async rest() {
      signal?.throwIfAborted()
      await nextTurn()
      signal?.throwIfAborted()
      sliceEnd = performance.now() + sliceMs
    },
  }
}
