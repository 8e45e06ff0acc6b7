export { LlmmonError } from '@llmmon/core/protocol'
export {
  ChainMonitor,
  type ChainMonitorOptions,
  type MonitorEvents,
  type MonitorHandlers,
  type Register,
} from './chain-monitor.js'
export { createMonitorClient, type MonitorClient } from './monitor-client.js'
export type { MonitorClientOptions } from './run-registry.js'
export type { GetToken } from './run-source.js'
export type { MonitorConnection, MonitorSnapshot } from './snapshot.js'
export type { WebSocketClass, WebSocketLike } from './socket.js'
