import { startRedis } from '@llmmon/testkit'
import { describe, expect, it, vi } from 'vitest'
import { connectRedis, whenReady } from '../src/connect.js'
import { resolveRedisOptions } from '../src/options.js'

const noop = () => undefined

describe('connectRedis', () => {
  it('tells once that Redis cannot be reached, and keeps trying', async () => {
    const server = await startRedis()
    const { url } = server
    await server.close()
    const warn = vi.fn()
    const redis = connectRedis(
      resolveRedisOptions({ url, logger: { debug: noop, info: noop, warn, error: noop } }),
      'commands',
    )
    await expect(whenReady(redis)).rejects.toThrow(/cannot be reached/)

    expect(warn).toHaveBeenCalledTimes(1)
    redis.disconnect()
  })
})

describe('whenReady', () => {
  it('waits with one listener for however many ask', async () => {
    const server = await startRedis()
    const redis = connectRedis(resolveRedisOptions({ url: server.url }), 'commands')
    const before = redis.listenerCount('ready')
    const waits = Array.from({ length: 50 }, () => whenReady(redis))
    expect(redis.listenerCount('ready')).toBe(before + 1)
    await Promise.all(waits)
    await whenReady(redis)

    expect(redis.listenerCount('ready')).toBe(before)
    redis.disconnect()
    await server.close()
  })

  it('gives up at once when the connection is closed', async () => {
    const redis = connectRedis(resolveRedisOptions({ url: 'redis://127.0.0.1:1' }), 'commands')
    const wait = whenReady(redis)
    redis.disconnect()

    await expect(wait).rejects.toThrow(/was closed/)
  })
})
