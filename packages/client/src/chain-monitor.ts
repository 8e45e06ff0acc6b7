import { checkRunId, type Json, type JsonObject, LlmmonError, type RunEvent } from '@llmmon/core/protocol'
import { deliverEvents } from './event-delivery.js'
import { iterateEvents } from './event-iterator.js'
import type { KnownRun } from './known-run.js'
import { createListeners } from './listeners.js'
import type { MonitorHandlers } from './monitor-events.js'
import { MonitorHandlerTarget } from './monitor-handlers.js'
import type { AnySteps, RunId } from './run-of.js'
import { createRunOutcome } from './run-outcome.js'
import { type MonitorClientOptions, type RunRegistry, registryOf, sharedRegistry } from './run-registry.js'
import type { MonitorSnapshot } from './snapshot.js'
import type { WatchedRun } from './watched-run.js'

/** Options of a monitor. */
export interface ChainMonitorOptions<Result = Json, Metadata = JsonObject, Steps = AnySteps>
  extends MonitorClientOptions,
    MonitorHandlers<Result, Metadata, Steps> {
  /** The client to watch with. Default: one that all monitors with the same `url`, `getToken`, `protocol` and `WebSocket` share. */
  client?: object
  /**
   * What is known of the run already, of `readRun` or of a snapshot: it is shown at once, and the run gone on from there: handlers are told what comes
   * after it. Default: nothing, so that they are told all from the first event.
   */
  initialState?: KnownRun | undefined
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
export class ChainMonitor<Result = Json, Metadata = JsonObject, Steps = AnySteps> extends MonitorHandlerTarget<
  Result,
  Metadata,
  Steps
> {
  readonly runId: string
  readonly #registry: RunRegistry
  readonly #run: WatchedRun
  readonly #outcome = createRunOutcome<Result>()
  readonly #subscribers = createListeners('subscribe')
  readonly #leave: () => void
  readonly #known: KnownRun | undefined
  #closed: MonitorSnapshot<Result, Metadata, Steps> | undefined
  readonly #isClosed = () => this.#closed !== undefined

  /**
   * @param runId the run's id
   * @param options see `ChainMonitorOptions`; where there is no WebSocket at all, the monitor is `refused` and says why
   * @throws LlmmonError `invalid_run_id`, `invalid_argument` for an address that is none, `closed` for a client that was closed.
   */
  constructor(runId: RunId<Result, Metadata, Steps>, options: ChainMonitorOptions<Result, Metadata, Steps> = {}) {
    super()
    this.runId = checkRunId(runId)
    const { client, initialState } = options
    const registry = client === undefined ? sharedRegistry(options) : registryOf(client)
    if (!registry) throw new LlmmonError('invalid_argument', 'Expected client to be what createMonitorClient() gives.')
    const run = registry.join(this, runId, initialState)
    const stopDelivering = deliverEvents(run, this.handlers, this.#outcome, this.#isClosed, initialState)
    const stopShowing = run.store.subscribe(() => this.#subscribers.tell())
    this.#registry = registry
    this.#run = run
    this.#known = initialState
    this.#leave = () => {
      stopShowing()
      stopDelivering()
      registry.leave(this, run)
    }
    this.addHandlers(options as MonitorHandlers)
  }

  /** What the run gives. Rejects with LlmmonError `run_failed`, `cancelled`, `abandoned`, `lost`, `refused` or `closed`; never an unhandled rejection. */
  readonly result: Promise<Result> = this.#outcome.promise

  /** The state of the run and the connection; the same object until something changes. */
  readonly getSnapshot = (): MonitorSnapshot<Result, Metadata, Steps> => this.#closed ?? this.#stored()

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
    const snapshot = this.#stored()
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
    return iterateEvents(this.#run, this.#isClosed, this.#known)
  }

  // What crosses the wire is of the chain's types, as far as the chain's own code is.
  #stored(): MonitorSnapshot<Result, Metadata, Steps> {
    return this.#run.store.getSnapshot() as unknown as MonitorSnapshot<Result, Metadata, Steps>
  }
}
