import type { IncomingMessage } from 'node:http'
import { LlmmonError, type Logger, type RunEvent, type RunLabel, type Transport } from '@llmmon/core'
import { checkOrigins } from './allowed-origins.js'
import type { Expiring } from './expiring.js'
import { guarded } from './guarded-logger.js'
import type { HandshakeLimiter } from './handshake-rate.js'
import { resolveLimits, type ServerLimits } from './limits.js'
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
  /** When that token came: it is asked about again when the principal's own token is refreshed, and may have run out since. */
  readonly tokenCameAt: Date
  /** What is known of the run, looked up when called; undefined when there is none. */
  run(): Promise<RunLabel | undefined>
}

/** What `authenticate` may give. */
export type Authenticated<Principal> = Principal | Expiring<Principal> | null | undefined

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
   * endpoint's ticket. null, undefined, a throw and a time-out refuse the connection. `expiring(principal, date)` says until when. Default: nobody is asked, the
   * principal is undefined.
   */
  authenticate?: (
    request: IncomingMessage,
    credentials: { readonly token: string | undefined },
  ) => Authenticated<Principal> | Promise<Authenticated<Principal>>
  /**
   * Names a principal, to count its connections. Default: the principal itself where it is a string or a number, else its `id`, `sub` or `userId`; without any of
   * them they are not counted.
   */
  principalKey?: (principal: Principal) => string | undefined
  /** Names the class of viewers that a principal belongs to, for `view`. Few classes, not one for each principal. Default: all are of the class `''`. */
  audience?: (principal: Principal) => string
  /**
   * Says what a class of viewers may see of an event; asked once for each class, event and server, however many viewers. Gives the event, or
   * one with other payloads; null drops it, and leaves the bare fact of a start or an end. Type, numbers, times, status and step ids stay as they are; a token is passed or dropped whole,
   * and after a dropped one the rest of that text is dropped too. What throws, or changes more, loses its payload. Default: everybody sees everything.
   */
  view?: (event: RunEvent, audience: string) => RunEvent | null | undefined
  /**
   * Origins of pages that may connect, exactly as browsers send them, or `*`. Default: the server's own host and port. With `authenticate`, cookies count only from these:
   * what brings cookies with no origin, or by `*` alone, is refused.
   */
  allowedOrigins?: readonly string[] | '*'
  /**
   * How many proxies stand before this server: so many entries of `X-Forwarded-For` and `X-Forwarded-Host` are believed, from the right. Default 0:
   * the address of the socket, and `Host`.
   */
  trustProxy?: number
  /** Counts upgrade requests by address in place of the memory: a limiter of `rate-limiter-flexible`, for many servers one in Redis. */
  handshakeLimiter?: HandshakeLimiter
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
  readonly trustProxy: number
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
  const { trustProxy = 0 } = options
  if (!Number.isSafeInteger(trustProxy) || trustProxy < 0) {
    const advice = 'Count the proxies before this server: whoever is believed more than they add can claim any address.'
    throw new LlmmonError('invalid_argument', `Expected trustProxy to be a number of proxies. ${advice}`)
  }
  const { heartbeatMs = 25_000 } = options
  if (!(heartbeatMs > 0 && heartbeatMs < 2 ** 31)) {
    throw new LlmmonError('invalid_argument', `Expected heartbeatMs to be milliseconds; got ${String(heartbeatMs)}.`)
  }
  checkOrigins(options.allowedOrigins)
  return {
    ...options,
    trustProxy,
    heartbeatMs,
    logger: guarded(options.logger),
    metrics: metricsOf(options.metrics),
    limits: resolveLimits(options.limits),
  }
}
