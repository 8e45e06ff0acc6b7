import { checkRunId, LlmmonError, type RunEvent } from '@llmmon/core/protocol'
import { deliverEvents } from './event-delivery.js'
import { iterateEvents } from './event-iterator.js'
import { createListeners } from './listeners.js'
import type { MonitorHandlers } from './monitor-events.js'
import { MonitorHandlerTarget } from './monitor-handlers.js'
import { createRunOutcome } from './run-outcome.js'
import { type MonitorClientOptions, type RunRegistry, registryOf, sharedRegistry } from './run-registry.js'
import type { MonitorSnapshot } from './snapshot.js'
import type { WatchedRun } from './watched-run.js'

/** Options of a monitor. */
export interface ChainMonitorOptions extends MonitorClientOptions, MonitorHandlers {
  /** The client to watch with. Default: one that all monitors with the same `url`, `getToken`, `protocol` and `WebSocket` share. */
  client?: object
}

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
export class ChainMonitor<Result = unknown> extends MonitorHandlerTarget {
  readonly runId: string
  readonly #registry: RunRegistry
  readonly #run: WatchedRun
  readonly #outcome = createRunOutcome<Result>()
  readonly #subscribers = createListeners('subscribe')
  readonly #leave: () => void
  #closed: MonitorSnapshot | undefined
  readonly #isClosed = () => this.#closed !== undefined

  /**
   * @param runId the run's id
   * @param options see `ChainMonitorOptions`; where there is no WebSocket at all, the monitor is `refused` and says why
   * @throws LlmmonError `invalid_run_id`, `invalid_argument` for an address that is none, `closed` for a client that was closed.
   */
  constructor(runId: string, options: ChainMonitorOptions = {}) {
    super()
    this.runId = checkRunId(runId)
    const { client } = options
    const registry = client === undefined ? sharedRegistry(options) : registryOf(client)
    if (!registry) throw new LlmmonError('invalid_argument', 'Expected client to be what createMonitorClient() gives.')
    const run = registry.join(this, runId)
    const stopDelivering = deliverEvents(run, this.handlers, this.#outcome, this.#isClosed)
    const stopShowing = run.store.subscribe(() => this.#subscribers.tell())
    this.#registry = registry
    this.#run = run
    this.#leave = () => {
      stopShowing()
      stopDelivering()
      registry.leave(this, run)
    }
    this.addHandlers(options)
  }

  /** What the run gives. Rejects with LlmmonError `run_failed`, `cancelled`, `abandoned`, `lost`, `refused` or `closed`; never an unhandled rejection. */
  readonly result: Promise<Result> = this.#outcome.promise

  /** The state of the run and the connection; the same object until something changes. */
  readonly getSnapshot = (): MonitorSnapshot => this.#closed ?? this.#run.store.getSnapshot()

  /** Calls back when there is a new snapshot: at once for what starts or ends something, once a frame for the rest. */
  readonly subscribe = (listener: () => void): (() => void) => this.#subscribers.add(listener)

  /**
   * Asks the run to stop. Resolves once its writer has aborted its signal; how the chain then settles decides how the run ends.
   *
   * @throws (rejects with) LlmmonError `no_writer`, `refused`, `timeout`, `closed`.
   */
  cancel(reason?: string): Promise<'accepted' | 'already_ended'> {
    if (this.#closed) return Promise.reject(new LlmmonError('closed', 'The monitor was closed.'))
    return this.#registry.cancel(this.runId, reason)
  }

  /** Stops watching. The run goes on. Idempotent. */
  close(): void {
    if (this.#closed) return
    const { store, listeners } = this.#run
    store.flush()
    const snapshot = store.getSnapshot()
    this.#closed = { ...snapshot, connection: { ...snapshot.connection, state: 'closed', retryAt: null } }
    this.#leave()
    this.#outcome.fail('closed', 'The monitor was closed.')
    this.#subscribers.tell()
    for (const list of Object.values(this.handlers)) list.clear()
    // Whoever iterates finds that it is over.
    listeners.tell()
  }

  /** The run's events from the first; ends after the terminal one. Breaking off ends the iteration, not the run. */
  [Symbol.asyncIterator](): AsyncGenerator<RunEvent> {
    return iterateEvents(this.#run, this.#isClosed)
  }
}
