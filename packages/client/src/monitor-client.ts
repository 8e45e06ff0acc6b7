import type { Json, JsonObject } from '@llmmon/core/protocol'
import { ChainMonitor, type ChainMonitorOptions } from './chain-monitor.js'
import type { MonitorHandlers } from './monitor-events.js'
import type { AnySteps, RunId } from './run-of.js'
import { bindRegistry, createRunRegistry, type MonitorClientOptions } from './run-registry.js'

/** Watches any number of runs over one connection. */
export interface MonitorClient {
  /** Watches a run. @throws LlmmonError `invalid_run_id`, `closed`. */
  monitor<Result = Json, Metadata = JsonObject, Steps = AnySteps>(
    runId: RunId<Result, Metadata, Steps>,
    options?: MonitorHandlers<Result, Metadata, Steps> & Pick<ChainMonitorOptions, 'initialState'>,
  ): ChainMonitor<Result, Metadata, Steps>
  /** Closes the connection and every monitor. Idempotent. */
  close(): void
}

/**
 * Makes a client for one server: its monitors share one connection.
 *
 * @throws LlmmonError `invalid_argument` when the address is none.
 * @example
 * const client = createMonitorClient({ url: 'wss://example.org/ws', getToken: () => session.token })
 * const monitor = client.monitor(runId)
 */
export function createMonitorClient(options: MonitorClientOptions = {}): MonitorClient {
  const registry = createRunRegistry(options)
  const client: MonitorClient = {
    monitor: (runId, options = {}) => new ChainMonitor(runId, { ...options, client }),
    close: registry.close,
  }
  bindRegistry(client, registry)
  return client
}
