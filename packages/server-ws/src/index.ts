export type { Health, HealthHandler } from './health.js'
export type { MetricsRegistry } from './metrics.js'
export { createMonitorServer, type MonitorServer, type ServerWebSocket } from './monitor-server.js'
export {
  type AuthorizeRequest,
  allowAnyone,
  type MonitorAction,
  type MonitorServerOptions,
  type ServerLimits,
} from './options.js'
