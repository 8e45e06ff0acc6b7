import { Redis, type RedisOptions } from 'ioredis'
import type { ResolvedRedisOptions } from './options.js'

/** After how long a command that has no answer counts as failed, ms: its outcome is then unknown. */
const commandTimeoutMs = 2_000

// Nothing is sent twice behind our back, and nothing waits without end: a failed command is made again by who wants it.
const safe: RedisOptions = {
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  autoResubscribe: false,
  maxRetriesPerRequest: 0,
  commandTimeout: commandTimeoutMs,
  enableAutoPipelining: false,
  lazyConnect: true,
  keyPrefix: '',
  retryStrategy: (times) => Math.min(2_000, 50 * 2 ** Math.min(times, 6)) * (0.5 + Math.random() / 2),
  // After a failover this connection still leads to what is now a replica.
  reconnectOnError: (error) => error.message.startsWith('READONLY'),
}

/** A connection of our own, with settings under which failures are seen. Connects at once, and again for ever. */
export function connectRedis({ url, client, logger }: ResolvedRedisOptions, role: 'commands' | 'subscriber'): Redis {
  const redis = client ? client.duplicate(safe) : new Redis(url ?? '', safe)
  let isDown = false
  redis.on('error', (err) => {
    // Once for each time it goes down; reconnecting fails many times.
    if (!isDown) logger?.warn({ err, role }, 'The connection to Redis failed; it will be tried again')
    isDown = true
  })
  redis.on('ready', () => {
    if (isDown) logger?.info({ role }, 'The connection to Redis is back')
    isDown = false
  })
  redis.connect().catch(() => undefined)
  return redis
}

const waits = new WeakMap<Redis, Promise<void>>()

/** Resolves when the connection is ready; rejects when it is not within the time of a command. */
export function whenReady(redis: Redis): Promise<void> {
  if (redis.status === 'ready') return Promise.resolve()
  let wait = waits.get(redis)
  if (!wait) {
    wait = ready(redis).finally(() => waits.delete(redis))
    waits.set(redis, wait)
  }
  return wait
}

function ready(redis: Redis): Promise<void> {
  return new Promise((resolve, reject) => {
    const finish = (error?: Error) => {
      clearTimeout(timer)
      redis.off('ready', onReady)
      redis.off('end', onEnd)
      if (error) reject(error)
      else resolve()
    }
    const onReady = () => finish()
    const onEnd = () => finish(new Error('The connection to Redis was closed.'))
    const timer = setTimeout(() => finish(new Error('Redis cannot be reached.')), commandTimeoutMs)
    redis.on('ready', onReady)
    redis.on('end', onEnd)
  })
}
