export { type Expiring, expiring } from './expiring.js'
export type { HandshakeLimiter } from './handshake-rate.js'
export type { Health, HealthHandler } from './health.js'
export type { ServerLimits } from './limits.js'
export type { MetricsRegistry } from './metrics.js'
export { createMonitorServer, type MonitorServer, type ServerWebSocket } from './monitor-server.js'
export {
  type Authenticated,
  type AuthorizeRequest,
  allowAnyone,
  type MonitorAction,
  type MonitorServerOptions,
} from './options.js'
export type { Revocation } from './revocations.js'
export { type RunClaim, type RunClaims, type RunGrant, signRunToken, verifyRunToken } from './run-token.js'
export type { RunTokenKey } from './run-token-key.js'
