import { LlmmonError, type Logger } from '@llmmon/core'
import type { Redis } from 'ioredis'

/** Options of `redisTransport`. */
export interface RedisTransportOptions {
  /** Where Redis is: `redis://`, or `rediss://` for TLS. Either this or `client`. */
  url?: string
  /**
   * A client of yours as a recipe: its address, credentials and TLS are used for connections of our own. It is never closed, given commands or left
   * with listeners.
   */
  client?: Redis
  /** How names of keys and channels begin. Default `llmmon`. */
  prefix?: string
  /** How long an ended run can still be watched, ms. Default 3 600 000 (one hour). */
  retentionMs?: number
  /** How long the keys of an open run outlive its last sign of life, ms. Default 86 400 000 (one day). */
  openRetentionMs?: number
  /** How often a writer gives a sign of life, ms. Default 5 000. */
  heartbeatMs?: number
  /** After how much silence a writer counts as dead, ms. Default 20 000. */
  leaseMs?: number
  /** A logger in the shape of pino's; told of connections lost and found. Default: warnings go to the console. */
  logger?: Logger
}

/** The options with every default filled in. */
export type ResolvedRedisOptions = Required<Omit<RedisTransportOptions, 'url' | 'client' | 'logger'>> &
  Pick<RedisTransportOptions, 'url' | 'client' | 'logger'>

/** Fills in the defaults. @throws LlmmonError `invalid_argument`. */
export function resolveRedisOptions(options: RedisTransportOptions): ResolvedRedisOptions {
  const { url, client } = options ?? {}
  if ((url === undefined) === (client === undefined)) {
    throw new LlmmonError(
      'invalid_argument',
      'Expected redisTransport({ url }) or redisTransport({ client }), one of the two.',
    )
  }
  if (url !== undefined && !/^rediss?:\/\//.test(url)) {
    throw new LlmmonError('invalid_argument', 'Expected the url to begin with redis:// or rediss://.')
  }
  if (client !== undefined && typeof client.duplicate !== 'function') {
    throw new LlmmonError('invalid_argument', 'Expected client to be a client of ioredis.')
  }
  if (client?.isCluster) {
    throw new LlmmonError(
      'invalid_argument',
      'Expected client to be a Redis of ioredis; a Cluster is not supported yet.',
    )
  }
  return {
    prefix: 'llmmon',
    retentionMs: 3_600_000,
    openRetentionMs: 86_400_000,
    heartbeatMs: 5_000,
    leaseMs: 20_000,
    ...options,
  }
}
