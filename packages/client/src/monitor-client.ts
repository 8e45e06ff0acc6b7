import type { Json } from '@llmmon/core/protocol'
import { ChainMonitor } from './chain-monitor.js'
import type { MonitorHandlers } from './monitor-events.js'
import type { RunId } from './run-of.js'
import { bindRegistry, type MonitorClientOptions, RunRegistry } from './run-registry.js'

/** Watches any number of runs over one connection. */
export interface MonitorClient {
  /** Watches a run. @throws LlmmonError `invalid_run_id`, `closed`. */
  monitor<Result = Json>(runId: RunId<Result>, handlers?: MonitorHandlers): ChainMonitor<Result>
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
  const registry = new RunRegistry(options)
  const client: MonitorClient = {
    monitor: (runId, handlers = {}) => new ChainMonitor(runId, { ...handlers, client }),
    close: () => registry.close(),
  }
  bindRegistry(client, registry)
  return client
}
