import { isJsonObject, LlmmonError, type Logger } from '@llmmon/core'
import type { Cluster, Redis } from 'ioredis'

/** How long runs are kept in Redis. */
export interface RedisRetention {
  /** How long an ended run can still be watched, ms. Default 3 600 000 (one hour). */
  endedMs?: number
  /** How long the keys of an open run outlive its last sign of life, ms. Default 86 400 000 (one day). */
  openMs?: number
}

/** Bounds of what goes to and from Redis at once. */
export interface RedisLimits {
  /** Largest batch that is published with its text, UTF-8 bytes; of a larger one only the position is, and it is read. Default 65 536. */
  publishedBytes?: number
  /** How many compacted batches (of at most 64 KiB each) one read brings. Default 16. */
  segmentsPerRead?: number
  /** How many raw batches one read brings. Default 500. */
  batchesPerRead?: number
}

/** Options of `redisTransport`. */
export interface RedisTransportOptions {
  /** Where Redis is: `redis://`, or `rediss://` for TLS. Either this or `client`. */
  url?: string
  /**
   * A client of ioredis as a recipe, a `Redis` (with Sentinel too) or a `Cluster`: its addresses, credentials and TLS are used for connections of
   * our own. It is never closed, given commands or left with listeners.
   */
  client?: Redis | Cluster
  /** How names of keys and channels begin: letters, digits and `:_.-`, at most 64. Default `llmmon`. */
  prefix?: string
  /** How long runs are kept; a number is `endedMs`. */
  retention?: RedisRetention | number
  /** Bounds of what goes to and from Redis at once. */
  limits?: RedisLimits
  /** How often a writer gives a sign of life, ms. Default 5 000. */
  heartbeatMs?: number
  /** After how much silence a writer counts as dead, ms. Default 20 000. */
  leaseMs?: number
  /** A logger in the shape of pino's; told of connections lost and found, and of what is wrong with Redis. Default: warnings go to the console. */
  logger?: Logger
}

/** The options with every default filled in. */
export interface ResolvedRedisOptions extends Pick<RedisTransportOptions, 'url' | 'client' | 'logger'> {
  readonly prefix: string
  readonly retention: Required<RedisRetention>
  readonly limits: Required<RedisLimits>
  readonly heartbeatMs: number
  readonly leaseMs: number
}

/** Fills in the defaults. @throws LlmmonError `invalid_argument`. */
export function resolveRedisOptions(options: RedisTransportOptions): ResolvedRedisOptions {
  const { url, client, logger, prefix = 'llmmon', heartbeatMs = 5_000, leaseMs = 20_000 } = options ?? {}
  expectThat(
    (url === undefined) !== (client === undefined),
    'redisTransport({ url }) or redisTransport({ client }), one of the two',
  )
  expectThat(url === undefined || /^rediss?:\/\//.test(url), 'the url to begin with redis:// or rediss://')
  expectThat(
    client === undefined || typeof client.duplicate === 'function',
    'client to be a Redis or Cluster of ioredis',
  )
  expectThat(
    typeof prefix === 'string' && /^[A-Za-z0-9:_.-]{1,64}$/.test(prefix),
    'prefix to be 1 to 64 letters, digits or :_.-',
    prefix,
  )
  const { retention: given = {}, limits: givenLimits } = options
  const isRetention = typeof given === 'number' || isJsonObject(given)
  expectThat(isRetention, 'retention to be a number of ms, or { endedMs, openMs }', given)
  expectThat(givenLimits === undefined || isJsonObject(givenLimits), 'limits to be an object', givenLimits)
  const retention = {
    endedMs: 3_600_000,
    openMs: 86_400_000,
    ...(typeof given === 'number' ? { endedMs: given } : given),
  }
  const limits = { publishedBytes: 65_536, segmentsPerRead: 16, batchesPerRead: 500, ...givenLimits }
  const numbers = { heartbeatMs, leaseMs, ...retention, ...limits }
  for (const [name, value] of Object.entries(numbers)) {
    expectThat(Number.isInteger(value) && value > 0, `${name} to be a positive whole number`, value)
  }
  expectThat(leaseMs > heartbeatMs, 'leaseMs to be longer than heartbeatMs', leaseMs)
  return { url, client, logger, prefix, retention, limits, heartbeatMs, leaseMs }
}

function expectThat(isSo: boolean, expected: string, got?: unknown): void {
  if (isSo) return
  const found = got === undefined ? '' : ` Got ${JSON.stringify(got)}.`
  throw new LlmmonError('invalid_argument', `Expected ${expected}.${found}`)
}
