import { startRedis, until } from '@llmmon/testkit'
import { Redis } from 'ioredis'
import { Redis as Redis5 } from 'ioredis-5'
import { describe, expect, it } from 'vitest'
import { letGo } from '../src/idle.js'

/** The private timer of a connection. */
const timerOf = (redis: unknown) => (redis as { reconnectTimeout: NodeJS.Timeout | null }).reconnectTimeout

describe.each([
  ['6', Redis],
  ['5', Redis5 as unknown as typeof Redis],
])('letGo, ioredis %s', (_, Client) => {
  it('takes socket and reconnect timer off the process', async () => {
    const server = await startRedis()
    const redis = new Client(server.url, { lazyConnect: true, retryStrategy: () => 60_000 })
    redis.on('error', () => undefined)
    letGo(redis)
    await redis.connect()
    const { _handle: handle } = redis.stream as unknown as { _handle: { hasRef(): boolean } }
    expect(handle.hasRef()).toBe(false)
    expect(await redis.ping()).toBe('PONG')
    await server.close()
    await until(async () => timerOf(redis) !== null)

    await until(async () => timerOf(redis)?.hasRef() === false)
    redis.disconnect()
  })
})
