import type { IncomingMessage } from 'node:http'
import { LlmmonError, type Logger, type RunLabel, type Transport } from '@llmmon/core'
import { type Metrics, type MetricsRegistry, metricsOf } from './metrics.js'

/** What somebody wants to do with a run. */
export type MonitorAction = 'watch' | 'cancel'

/** What `authorize` is asked with. */
export interface AuthorizeRequest<Principal> {
  /** What `authenticate` gave; undefined without one. */
  readonly principal: Principal
  readonly action: MonitorAction
  readonly runId: string
  /** The token that came with this request for this run, if one did. */
  readonly token: string | undefined
  /** What is known of the run, looked up when called; undefined when there is none. */
  run(): Promise<RunLabel | undefined>
}

/** Bounds of what a stranger can send and hold. */
export interface ServerLimits {
  /** Bytes of one frame. Default 16 384; larger ones close with 1009. */
  maxFrameBytes?: number
  /** Runs watched on one connection. Default 500; beyond it `error` `limit`. */
  maxSubscriptions?: number
  /** Connections of this server. Default 10 000; beyond it HTTP 503. */
  maxConnections?: number
  /**
   * Frames a second that a client may send on average, in bursts of five times as many; for `subscribe` and `unsubscribe` plus twice `maxSubscriptions`.
   * Default 20; beyond it 4503.
   */
  framesPerSecond?: number
  /** How long a connection may take to say hello, ms. Default 10 000; then 4504. */
  helloTimeoutMs?: number
  /** How long `authenticate` and `authorize` may take, ms. Default 5 000; then the answer is no. */
  hookTimeoutMs?: number
  /** How long an unknown run stays pending, ms. Default 60 000; then `not_found`. */
  pendingMs?: number
  /** Bytes that may wait in one connection before it is no longer pushed to. Default 262 144. */
  maxBufferedBytes?: number
  /** How long a connection that is not pushed to may make no progress, ms. Default 10 000; then 4502. */
  stallTimeoutMs?: number
  /** History kept in memory for late viewers, characters, all runs together. Default 67 108 864. */
  historyLength?: number
}

/** Options of `createMonitorServer`. */
export interface MonitorServerOptions<Principal = unknown> {
  /** Where the runs are: the same transport that the chains write to, or one that joins them. */
  transport: Transport
  /**
   * Says whether this principal may watch or cancel this run. There is no default; `allowAnyone` has to be named. A
   * throw, a rejection and a time-out count as no.
   */
  authorize: (request: AuthorizeRequest<Principal>) => boolean | Promise<boolean>
  /**
   * Says who is asking, by the upgrade request (cookies, headers) and the token of the first frame or the plain
   * endpoint's ticket. null, undefined, a throw and a time-out refuse the connection. Default: nobody is asked, the principal is undefined.
   */
  authenticate?: (
    request: IncomingMessage,
    credentials: { readonly token: string | undefined },
  ) => Principal | null | undefined | Promise<Principal | null | undefined>
  /** Origins of pages that may connect, exactly as browsers send them, or `*`. Default: the server's own host and port. */
  allowedOrigins?: readonly string[] | '*'
  /** Bounds, see `ServerLimits`. */
  limits?: ServerLimits
  /** How often something is sent on an idle connection, ms. Default 25 000. */
  heartbeatMs?: number
  /** A logger in the shape of pino's. Never given payloads or tokens. Default: none. */
  logger?: Logger
  /** A registry of `prom-client`: the server's metrics are put there. Default: none. */
  metrics?: MetricsRegistry
}

/** The options with every default filled in. */
export type ResolvedServerOptions = Omit<MonitorServerOptions, 'limits' | 'metrics'> & {
  readonly limits: Required<ServerLimits>
  readonly heartbeatMs: number
  readonly logger: Logger
  readonly metrics: Metrics
}

/**
 * An `authorize` that lets everybody watch and cancel every run whose id they know. For demos and for servers that
 * are reached by trusted people only.
 */
export const allowAnyone = (): boolean => true

/** Fills in the defaults. @throws LlmmonError `invalid_argument`. */
export function resolveOptions(options: MonitorServerOptions): ResolvedServerOptions {
  if (typeof options?.transport?.watch !== 'function') {
    throw new LlmmonError(
      'invalid_argument',
      'Expected createMonitorServer({ transport }) with the transport of the runs.',
    )
  }
  if (typeof options.authorize !== 'function') {
    const advice = 'Pass a function that decides who may watch which run, or allowAnyone to let everybody.'
    throw new LlmmonError('invalid_argument', `Expected createMonitorServer({ authorize }) to be a function. ${advice}`)
  }
  return {
    ...options,
    heartbeatMs: options.heartbeatMs ?? 25_000,
    logger: options.logger ?? silentLogger,
    metrics: metricsOf(options.metrics),
    limits: {
      maxFrameBytes: 16_384,
      maxSubscriptions: 500,
      maxConnections: 10_000,
      framesPerSecond: 20,
      helloTimeoutMs: 10_000,
      hookTimeoutMs: 5_000,
      pendingMs: 60_000,
      maxBufferedBytes: 262_144,
      stallTimeoutMs: 10_000,
      historyLength: 67_108_864,
      ...options.limits,
    },
  }
}

const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
}
