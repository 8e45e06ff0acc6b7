import type { MemoryTransport, Transport } from '../../src/index.js'

/** The run of every history. */
export const runId = 'r'

/** A store that can be made to forget, to go back and to think a writer dead. */
export interface World {
  readonly transport: Transport
  /** Forgets a part of the run, or all of it. A store that keeps it in one piece forgets all. */
  lose(part: 'all' | 'meta' | 'segments' | 'tail'): Promise<unknown>
  /** Takes a copy; gives how to go back to it. */
  copy(): Promise<() => Promise<unknown>>
  /** Makes the last sign of life of an open run too old. */
  expire(): Promise<unknown>
}

/** A world in memory; `skip` moves its clock. */
export function memoryWorld(transport: MemoryTransport, skip: (ms: number) => void): World {
  return {
    transport,
    lose: async () => transport.lose(runId),
    copy: async () => {
      const putBack = transport.copy(runId)
      return async () => putBack()
    },
    expire: async () => skip(30_000),
  }
}
