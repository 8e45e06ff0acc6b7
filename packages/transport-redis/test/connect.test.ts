import { startRedis, tcpProxy, until } from '@llmmon/testkit'
import { Redis } from 'ioredis'
import { describe, expect, it } from 'vitest'
import { connectCommands, connectSubscriber, whenReady } from '../src/connect.js'
import { resolveRedisOptions } from '../src/options.js'

/** Also where Redis cannot be reached, somebody has to hear of it. */
function open(url: string) {
  const connection = connectCommands(resolveRedisOptions({ url }))
  connection.on('error', () => undefined)
  return connection
}

describe('connectCommands', () => {
  it('notices by itself that a link is half open, and makes a new one', async () => {
    const server = await startRedis()
    const proxy = await tcpProxy(server.port)
    const redis = open(`redis://127.0.0.1:${proxy.port}`) as Redis
    await whenReady(redis)
    const isGivenUp = new Promise((resolve) => redis.once('close', resolve))
    proxy.blackhole(true)
    await expect(redis.get('a')).rejects.toThrow(/timed out/)
    await isGivenUp
    proxy.blackhole(false)
    await until(() => whenReady(redis).then(() => true))

    expect(await redis.ping()).toBe('PONG')
    redis.disconnect()
    await proxy.close()
    await server.close()
  }, 20_000)
})

describe('connectSubscriber', () => {
  it('uses the address and credentials of a client, but none of its habits', async () => {
    const server = await startRedis()
    const client = new Redis(server.url, { keyPrefix: 'mine:', lazyConnect: true, db: 3 })
    const redis = connectSubscriber(resolveRedisOptions({ client }))
    await whenReady(redis)

    expect(redis.options).toMatchObject({ port: server.port, db: 3, keyPrefix: '', enableOfflineQueue: false })
    expect(client.status).toBe('wait')
    redis.disconnect()
    await server.close()
  })
})

describe('whenReady', () => {
  it('waits with one listener for however many ask', async () => {
    const server = await startRedis()
    const redis = open(server.url)
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
    const redis = open('redis://127.0.0.1:1')
    const wait = whenReady(redis)
    redis.disconnect()

    await expect(wait).rejects.toThrow(/was closed/)
  })

  it('gives up in time where nobody is', async () => {
    const redis = open('redis://127.0.0.1:1')
    await expect(whenReady(redis)).rejects.toThrow(/cannot be reached/)
    redis.disconnect()
  })
})
