import { checkRunId, type Json, type JsonObject, LlmmonError } from '@llmmon/core/protocol'
import { initialRunState } from '@llmmon/core/state'
import { ChainMonitor } from './chain-monitor.js'
import type { KnownRun } from './known-run.js'
import type { MonitorClient } from './monitor-client.js'
import type { AnySteps, RunId } from './run-of.js'
import { type RunRegistry, registryOf, sharedRegistry } from './run-registry.js'
import { idleConnection, type MonitorSnapshot } from './snapshot.js'

/** A run as a component shows it. */
export interface ViewedRun<Result = Json, Metadata = JsonObject, Steps = AnySteps>
  extends MonitorSnapshot<Result, Metadata, Steps> {
  /** Asks the run to stop, as `ChainMonitor.cancel` does. The same function as long as the run is the same; what is not a text, such as the event of a click, is no reason. */
  readonly cancel: (reason?: unknown) => Promise<'accepted' | 'already_ended'>
  /** The monitor itself, the same as long as the component shows the run; null without a run, on a server, and until the page has been drawn first. */
  readonly monitor: ChainMonitor<Result, Metadata, Steps> | null
}

/**
 * A run for a component that is drawn again and again: a store that watches the run while somebody subscribes, and is idle before, after and on
 * servers. What the bindings for React and Vue are made of.
 *
 * @example
 * const view = new RunView(runId, { client })
 * const stop = view.subscribe(() => draw(view.getSnapshot()))
 */
export class RunView<Result = Json, Metadata = JsonObject, Steps = AnySteps> {
  readonly #runId: string | null
  readonly #client: MonitorClient | undefined
  readonly #initial: ViewedRun<Result, Metadata, Steps>
  #shown: ViewedRun<Result, Metadata, Steps>
  #snapshot: MonitorSnapshot<Result, Metadata, Steps>
  /** What whoever listens to the next monitor has been told already. */
  #known: KnownRun | undefined
  #monitor: ChainMonitor<Result, Metadata, Steps> | null = null
  #users = 0

  /**
   * @param runId the run; null or undefined for none: then it is idle
   * @param options `client`: default the one that monitors without a client share, in browsers only. `initialState`: what `readRun` gave, to be
   * shown until something newer has come
   * @throws LlmmonError `invalid_run_id`.
   */
  constructor(
    runId: RunId<Result, Metadata, Steps> | null | undefined,
    { client, initialState }: { client?: MonitorClient | undefined; initialState?: KnownRun | undefined } = {},
  ) {
    this.#runId = runId == null ? null : checkRunId(runId)
    this.#client = client
    this.#known = initialState?.runId === this.#runId ? initialState : undefined
    const state = { ...initialRunState(this.#runId ?? ''), ...this.#known }
    this.#snapshot = { epoch: null, stalled: false, ...state, connection: idleConnection } as MonitorSnapshot<
      Result,
      Metadata,
      Steps
    >
    this.#initial = this.#shown = { ...this.#snapshot, cancel: this.cancel, monitor: null }
  }

  /** True when this is a view of that run by that client. */
  isOf(runId: string | null | undefined, client: MonitorClient | undefined): boolean {
    return (runId ?? null) === this.#runId && client === this.#client
  }

  /** What is to be shown now: the same object until something changes. */
  readonly getSnapshot = (): ViewedRun<Result, Metadata, Steps> => {
    const snapshot = this.#monitor?.getSnapshot() ?? this.#warm() ?? this.#snapshot
    if (snapshot !== this.#snapshot || this.#monitor !== this.#shown.monitor) {
      this.#snapshot = snapshot
      this.#shown = { ...snapshot, cancel: this.cancel, monitor: this.#monitor }
    }
    return this.#shown
  }

  /** What a server shows, and a page that takes over from one, at first. */
  readonly getServerSnapshot = (): ViewedRun<Result, Metadata, Steps> => this.#initial

  /** Watches the run and calls back when there is something new to show. Gives how to stop, idempotent. */
  readonly subscribe = (listener: () => void): (() => void) => {
    if (this.#runId === null || !this.#registry()) return () => undefined
    this.#monitor ??= new ChainMonitor<Result, Metadata, Steps>(this.#runId, {
      client: this.#client,
      initialState: this.#known,
    })
    const monitor = this.#monitor
    let hasTold = false
    const stopHearing = monitor.onEvent(() => {
      hasTold = true
      stopHearing()
    })
    this.#users += 1
    let unsubscribe: (() => void) | undefined = monitor.subscribe(listener)
    return () => {
      if (!unsubscribe) return
      unsubscribe()
      unsubscribe = undefined
      this.#users -= 1
      if (this.#users > 0) return
      monitor.close()
      this.#monitor = null
      this.#snapshot = { ...monitor.getSnapshot(), connection: idleConnection }
      // Taken off and put on again, as in another tab of the page: it goes on where it was.
      if (hasTold) this.#known = this.#snapshot as unknown as KnownRun
    }
  }

  /** See `ViewedRun`. */
  readonly cancel = (reason?: unknown): Promise<'accepted' | 'already_ended'> => {
    if (this.#monitor) return this.#monitor.cancel(typeof reason === 'string' ? reason : undefined)
    return Promise.reject(new LlmmonError('closed', 'Expected a run that is being watched; there is none to cancel.'))
  }

  // Another component may show the run already: then this one begins with what that one shows.
  #warm(): MonitorSnapshot<Result, Metadata, Steps> | undefined {
    const snapshot = this.#runId === null ? undefined : this.#registry()?.peek(this.#runId)
    return snapshot && snapshot.seq >= this.#snapshot.seq
      ? (snapshot as unknown as MonitorSnapshot<Result, Metadata, Steps>)
      : undefined
  }

  #registry(): RunRegistry | undefined {
    if (this.#client) return registryOf(this.#client)
    return typeof document === 'undefined' ? undefined : sharedRegistry({})
  }
}
