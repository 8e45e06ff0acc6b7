import {
  checkRunId,
  type Json,
  LlmmonError,
  type ResetReason,
  type RunEvent,
  type UnsequencedEvent,
} from '@llmmon/core/protocol'
import { iterateEvents } from './event-iterator.js'
import type { MonitorEvents, MonitorHandlers } from './monitor-events.js'
import { MonitorHandlerTarget } from './monitor-handlers.js'
import { LogCursor } from './run-log.js'
import type { RunId } from './run-of.js'
import { RunOutcome } from './run-outcome.js'
import { type MonitorClientOptions, type RunRegistry, registryOf, sharedRegistry } from './run-registry.js'
import type { MonitorSnapshot } from './snapshot.js'
import type { RunListener, WatchedRun } from './watched-run.js'

/** Options of a monitor. */
export interface ChainMonitorOptions extends MonitorClientOptions, MonitorHandlers {
  /** The client to watch with. Default: one that all monitors with the same `url`, `getToken`, `protocol` and `WebSocket` share. */
  client?: object
}

const nameOf: { readonly [type: string]: keyof MonitorEvents } = {
  start: 'start',
  step_start: 'stepStart',
  step: 'step',
  token: 'token',
  progress: 'progress',
  custom: 'custom',
  complete: 'complete',
  error: 'error',
  cancelled: 'cancelled',
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
export class ChainMonitor<Result = Json> extends MonitorHandlerTarget {
  readonly runId: string
  readonly #registry: RunRegistry
  readonly #run: WatchedRun
  readonly #cursor: LogCursor
  readonly #outcome = new RunOutcome<Result>()
  readonly #listener: RunListener
  readonly #closers = new Set<() => void>()
  readonly #subscribers = new Set<() => void>()
  readonly #unsubscribe: () => void
  #hasBegun = false
  #resetReason: ResetReason = 'epoch'
  #closed: MonitorSnapshot<Result> | undefined

  /**
   * @param runId the run's id
   * @param options see `ChainMonitorOptions`; where there is no WebSocket at all, the monitor is `refused` and says why
   * @throws LlmmonError `invalid_run_id`, `invalid_argument` for an address that is none, `closed` for a client that was closed.
   */
  constructor(runId: RunId<Result>, options: ChainMonitorOptions = {}) {
    super()
    this.runId = checkRunId(runId)
    const { client } = options
    const registry = client === undefined ? sharedRegistry(options) : registryOf(client)
    if (!registry) throw new LlmmonError('invalid_argument', 'Expected client to be what createMonitorClient() gives.')
    this.#registry = registry
    this.#listener = {
      advanced: (reason) => {
        this.#resetReason = reason ?? this.#resetReason
        this.#drain()
      },
      failed: (event) => this.#fail(event),
      ended: () => this.#outcome.end(),
    }
    this.#run = this.#registry.join(this, runId, this.#listener)
    this.#cursor = new LogCursor(this.#run.log)
    this.#unsubscribe = this.#run.store.subscribe(() => {
      for (const subscriber of [...this.#subscribers]) subscriber()
    })
    this.addHandlers(options)
    setTimeout(() => this.#begin(), 0)
  }

  /** What the run gives. Rejects with LlmmonError `run_failed`, `cancelled`, `abandoned`, `lost`, `refused` or `closed`; never an unhandled rejection. */
  get result(): Promise<Result> {
    return this.#outcome.promise
  }

  /** The state of the run and the connection; the same object until something changes. */
  readonly getSnapshot = (): MonitorSnapshot<Result> => this.#closed ?? this.#stored()

  /** Calls back when there is a new snapshot: at once for what starts or ends something, once a frame for the rest. */
  readonly subscribe = (listener: () => void): (() => void) => {
    const own = () => listener()
    this.#subscribers.add(own)
    return () => void this.#subscribers.delete(own)
  }

  /**
   * Asks the run to stop. Resolves once its writer has aborted its signal; how the chain then settles decides how the run ends.
   *
   * @throws (rejects with) LlmmonError `no_writer`, `refused`, `timeout`, `closed`.
   */
  cancel(reason?: string): Promise<'accepted' | 'already_ended'> {
    if (this.#closed) return Promise.reject(new LlmmonError('closed', 'This monitor was closed.'))
    return this.#registry.cancel(this.runId, reason)
  }

  /** Stops watching. The run goes on. Idempotent. */
  close(): void {
    if (this.#closed) return
    const { store } = this.#run
    store.flush()
    const snapshot = this.#stored()
    this.#closed = { ...snapshot, connection: { ...snapshot.connection, state: 'closed', retryAt: null } }
    this.#unsubscribe()
    this.#registry.leave(this, this.#run, this.#listener)
    this.#outcome.close()
    for (const close of [...this.#closers]) close()
    for (const subscriber of [...this.#subscribers]) subscriber()
    this.handlers.clear()
  }

  /** The run's events from the first; ends after the terminal one. Breaking off ends the iteration, not the run. */
  [Symbol.asyncIterator](): AsyncGenerator<RunEvent> {
    return iterateEvents(this.#run, (close) => {
      this.#closers.add(close)
      if (this.#closed) close()
      return () => this.#closers.delete(close)
    })
  }

  // What crosses the wire is of the chain's type, as far as the chain's own code is.
  #stored(): MonitorSnapshot<Result> {
    return this.#run.store.getSnapshot() as MonitorSnapshot<Result>
  }

  #begin(): void {
    if (this.#closed) return
    this.#hasBegun = true
    this.#drain()
    if (this.#run.failure) this.#fail(this.#run.failure)
    else if (this.#run.isFinal) this.#outcome.end()
  }

  #drain(): void {
    if (!this.#hasBegun) return
    for (let next = this.#cursor.next(); next && !this.#closed; next = this.#cursor.next()) {
      if (next === 'reset') {
        this.handlers.forget()
        this.#outcome.reset()
        this.handlers.tell('reset', { reason: this.#resetReason })
      } else this.#deliver(next)
    }
  }

  #deliver(event: RunEvent): void {
    this.#outcome.take(event)
    this.handlers.tell('event', event)
    const name = nameOf[event.update_type]
    if (!name) return
    this.handlers.tell(name, event as never)
    // A page that knows only the seed's four callbacks must not wait for ever for a run that was cancelled.
    if (event.update_type === 'cancelled' && !this.handlers.hears('cancelled')) {
      const { reason, seq, ts } = event
      const error = reason ?? 'The run was cancelled.'
      this.handlers.tell('error', { update_type: 'error', status: 'error', error, code: 'cancelled', seq, ts })
    }
  }

  #fail(event: UnsequencedEvent): void {
    if (!this.#hasBegun) return
    this.#outcome.fail(event)
    const ends = ['complete', 'error', 'cancelled'] as const
    if (!ends.some((name) => this.handlers.hasTold(name))) this.handlers.tell('error', event)
  }
}
