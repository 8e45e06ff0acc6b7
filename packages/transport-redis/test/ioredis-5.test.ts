import { type RedisServer, startRedis, transportConformance } from '@llmmon/testkit'
import type { Redis as Redis6 } from 'ioredis'
import { Redis } from 'ioredis-5'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runKeys } from '../src/keys.js'
import { redisTransport } from '../src/redis-transport.js'

let server: RedisServer
let admin: Redis

beforeAll(async () => {
  server = await startRedis()
  admin = new Redis(server.url)
})

afterAll(async () => {
  admin.disconnect()
  await server.close()
})

let tests = 0

describe('redisTransport over ioredis 5', () => {
  transportConformance(async () => {
    const prefix = `test${++tests}`
    const client = new Redis(server.url, { lazyConnect: true }) as unknown as Redis6
    const transport = redisTransport({ client, prefix })
    return {
      transport,
      async expireLease() {
        for (const key of await admin.keys(`${prefix}:*:meta`)) await admin.hset(key, 'hb', Date.now() - 3_600_000)
      },
      async lose(runId) {
        const { meta, segments, tail } = runKeys(prefix, runId)
        await admin.del(meta, segments, tail)
      },
      close: () => transport.close(),
    }
  })

  it('listens again when its subscription is killed', async () => {
    const transport = redisTransport({ client: new Redis(server.url, { lazyConnect: true }) as unknown as Redis6 })
    let back: () => void = () => undefined
    const isBack = new Promise<void>((resolve) => {
      back = resolve
    })
    const calls: string[] = []
    await transport.watch('r', {
      batch: () => undefined,
      bell: () => undefined,
      interrupted: () => calls.push('interrupted'),
      active: () => {
        calls.push('active')
        back()
      },
    })
    await admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
    await isBack

    expect(calls).toEqual(['interrupted', 'active'])
    await transport.close()
  })
})
