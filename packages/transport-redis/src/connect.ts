import type { Logger } from '@llmmon/core'
import { Redis, type RedisOptions } from 'ioredis'
import { adviceOn, adviceOnServer, warn } from './advice.js'
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
  // One of the two speaks for both.
  if (role === 'commands') speak(redis, logger)
  else redis.on('error', () => undefined)
  redis.connect().catch(() => undefined)
  return redis
}

// Once for each time it goes down, since reconnecting fails many times; and once what is wrong with a Redis that is there.
function speak(redis: Redis, logger: Logger | undefined): void {
  let isDown = false
  let isExamined = false
  redis.on('error', (error) => {
    if (!isDown) warn(logger, adviceOn(error), error)
    isDown = true
  })
  redis.on('ready', () => {
    if (isDown) logger?.info({}, 'The connection to Redis is back')
    isDown = false
    if (isExamined) return
    isExamined = true
    // INFO may be forbidden; then there is nothing to say.
    redis.info().then(
      (info) => {
        for (const advice of adviceOnServer(info)) warn(logger, advice)
      },
      () => undefined,
    )
  })
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
