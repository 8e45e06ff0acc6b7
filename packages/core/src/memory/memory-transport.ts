import { LlmmonError } from '../protocol/index.js'
import { disposable } from '../transport/disposable.js'
import type { RunObserver, Transport, WriterHost } from '../transport/transport.js'
import { unwrittenAnswer } from '../transport/unwritten.js'
import { MemoryStore } from './memory-store.js'

/** Options of `memoryTransport`; all have defaults. */
export interface MemoryTransportOptions {
  /** How long an ended run can still be watched, ms. Default 3 600 000 (one hour). */
  retentionMs?: number
  /** How many runs are kept at most; ended ones are forgotten first, oldest first. Default 10 000. */
  maxRuns?: number
  /** How often a writer gives a sign of life, ms. Default 5 000. */
  heartbeatMs?: number
  /** After how much silence a writer counts as dead, ms. Default 20 000. */
  leaseMs?: number
  /** The clock, ms since 1970. Default `Date.now`. */
  now?: () => number
}

/** The embedded transport, with the store it keeps its runs in. */
export interface MemoryTransport extends Transport, AsyncDisposable {
  /** Forgets a run at once, watched or not, as a store that lost its data would. For tests. */
  lose(runId: string): void
  /** Takes a copy of a run; gives how to go back to it, as a store does after a failover to a replica that lagged. For tests. */
  copy(runId: string): () => void
}

/**
 * The embedded transport: runs live in this process, nothing to install. Writers and servers of one process share it;
 * what it holds is gone with the process. After `close` nothing can be written or watched any more; what was written can still be read.
 *
 * @example
 * const transport = memoryTransport()
 * const chain = monitorChain(summarise, { name: 'summarise', transport })
 * createMonitorServer({ transport, authorize: allowAnyone }).attach(httpServer)
 */
export function memoryTransport(options: MemoryTransportOptions = {}): MemoryTransport {
  const { retentionMs = 3_600_000, maxRuns = 10_000, heartbeatMs = 5_000, leaseMs = 20_000, now = Date.now } = options
  const store = new MemoryStore({ retentionMs, maxRuns, leaseMs, now })
  const observers = new Map<string, Set<RunObserver>>()
  const hosts = new Map<string, WriterHost>()
  let closing: Promise<void> | undefined
  let closed = false

  function guard<Result>(action: () => Result | Promise<Result>): Promise<Result> {
    if (closed) {
      const message = 'This memory transport was closed; make a new one with memoryTransport().'
      return Promise.reject(new LlmmonError('closed', message))
    }
    return Promise.resolve(action())
  }

  return disposable({
    liveness: { heartbeatMs, leaseMs },

    reserve: (request) => guard(() => store.reserve(request)),
    claim: (request) => guard(() => store.claim(request)),
    checkpoint: (request) => guard(() => store.checkpoint(request)),
    restore: (request) => guard(() => store.restore(request)),
    heartbeat: (request) => guard(() => store.heartbeat(request)),
    // Also after the close: the ends that it has given to runs are still to be seen.
    inspect: async (runId) => store.inspect(runId),
    read: async (runId, after = 0) => store.read(runId, after),

    append: (request) =>
      guard(() => {
        const answer = store.append(request)
        if (answer.answer === 'ok') for (const observer of observersOf(request.runId)) observer.batch(request.batch)
        return answer
      }),

    reap: (runId) =>
      guard(() => {
        const { answer, batch } = store.reap(runId)
        if (batch) for (const observer of observersOf(runId)) observer.batch(batch)
        return answer
      }),

    watch: (runId, observer) =>
      guard(() => {
        let watching = observers.get(runId)
        if (!watching) observers.set(runId, (watching = new Set()))
        const entry = watching
        entry.add(observer)
        return () => {
          entry.delete(observer)
          if (entry.size === 0 && observers.get(runId) === entry) observers.delete(runId)
        }
      }),

    command: (runId, command) =>
      guard(() => {
        const info = store.inspect(runId)
        const unwritten = unwrittenAnswer(info)
        if (unwritten) return unwritten
        if (info?.state === 'reserved') {
          store.storeCancel(runId, command.reason)
          return 'stored'
        }
        return hosts.get(store.hostOf(runId) ?? '')?.command(runId, command) ?? 'no_writer'
      }),

    host(host) {
      hosts.set(host.hostId, host)
      return () => void hosts.delete(host.hostId)
    },

    close({ timeoutMs = 2_000 } = {}) {
      closing ??= Promise.all([...hosts.values()].map((host) => host.shutdown(timeoutMs))).then(() => {
        closed = true
        observers.clear()
        hosts.clear()
      })
      return closing
    },

    lose: (runId) => store.lose(runId),
    copy: (runId) => store.copy(runId),
  } satisfies Omit<MemoryTransport, typeof Symbol.asyncDispose>)

  function observersOf(runId: string): readonly RunObserver[] {
    return [...(observers.get(runId) ?? [])]
  }
}
