export { createMonitorServer, type MonitorServer, type ServerWebSocket } from './monitor-server.js'
export {
  type AuthorizeRequest,
  allowAnyone,
  type MonitorAction,
  type MonitorServerOptions,
  type ServerLimits,
} from './options.js'
