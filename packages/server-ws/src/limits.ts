import { LlmmonError } from '@llmmon/core'

/** Bounds of what a stranger can send and hold. */
export interface ServerLimits {
  /** Bytes of one frame. Default 16 384; larger ones close with 1009. */
  maxFrameBytes?: number
  /** Runs watched on one connection. Default 500; beyond it `error` `limit`. */
  maxSubscriptions?: number
  /** Of these, runs that neither are there nor reserved. Default 300; beyond it `error` `limit`. */
  maxPending?: number
  /** Connections of this server. Default 10 000; beyond it HTTP 503. */
  maxConnections?: number
  /** Connections that have not yet said who they are. Default 2 000; beyond it HTTP 503. */
  maxUnidentified?: number
  /** Connections of one principal, see `principalKey`. Default 20; beyond it 4429. */
  maxConnectionsPerPrincipal?: number
  /** Connections of one address, IPv6 by its /64; this machine itself is not counted. Default 100; beyond it HTTP 429. */
  maxConnectionsPerAddress?: number
  /** Upgrade requests of one address a minute, counted likewise. Default 300; beyond it HTTP 429. */
  handshakesPerMinute?: number
  /** Parts that one frame may come in. Default 16; beyond it 1008. */
  maxFragments?: number
  /** Pieces of a frame that may wait for the rest of it. Default 1 024; beyond it 1008. */
  maxBufferedChunks?: number
  /** Answers to a client's pings that may wait in its connection. Default 60; beyond it the connection is ended. */
  maxPendingPongs?: number
  /**
   * Frames and pings a second that a client may send on average, in bursts of five times as many; of `subscribe` and `unsubscribe` also twice `maxSubscriptions`.
   * Default 20; beyond it 4503.
   */
  framesPerSecond?: number
  /** How long a connection may take to say hello, ms. Default 10 000; then 4504. */
  helloTimeoutMs?: number
  /** How long a connection may watch nothing, ms. Default 300 000; then 1000. Our client lets go of one that it does not need. */
  idleTimeoutMs?: number
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

const defaults: Readonly<Required<ServerLimits>> = {
  maxFrameBytes: 16_384,
  maxSubscriptions: 500,
  maxPending: 300,
  maxConnections: 10_000,
  maxUnidentified: 2_000,
  maxConnectionsPerPrincipal: 20,
  maxConnectionsPerAddress: 100,
  handshakesPerMinute: 300,
  maxFragments: 16,
  maxBufferedChunks: 1_024,
  maxPendingPongs: 60,
  framesPerSecond: 20,
  helloTimeoutMs: 10_000,
  idleTimeoutMs: 300_000,
  hookTimeoutMs: 5_000,
  pendingMs: 60_000,
  maxBufferedBytes: 262_144,
  stallTimeoutMs: 10_000,
  historyLength: 67_108_864,
}
/** Timers of Node know no longer time, ms. */
const longestMs = 2 ** 31 - 1

/** The limits with every default filled in. @throws LlmmonError `invalid_argument` for what is no limit or no number. */
export function resolveLimits(given: ServerLimits = {}): Required<ServerLimits> {
  const limits: Required<ServerLimits> = { ...defaults }
  for (const [name, value] of Object.entries(given) as [keyof ServerLimits, unknown][]) {
    if (!Object.hasOwn(defaults, name)) {
      const known = Object.keys(defaults).join(', ')
      throw new LlmmonError('invalid_argument', `Expected limits to be some of ${known}; got ${JSON.stringify(name)}.`)
    }
    if (value === undefined) continue
    if (typeof value !== 'number' || !(value >= 0)) {
      throw new LlmmonError('invalid_argument', `Expected limits.${name} to be a number from 0; got ${String(value)}.`)
    }
    limits[name] = name.endsWith('Ms') ? Math.min(value, longestMs) : value
  }
  return limits
}
