import { type RedisCluster, startRedisCluster, transportConformance } from '@llmmon/testkit'
import { Cluster } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runKeys } from '../src/keys.js'
import { redisTransport } from '../src/redis-transport.js'

let cluster: RedisCluster
let admin: Cluster

beforeAll(async () => {
  cluster = await startRedisCluster()
  admin = new Cluster(cluster.addresses)
}, 60_000)

afterAll(async () => {
  admin.disconnect()
  await cluster.close()
})

let tests = 0

async function keysLike(pattern: string): Promise<string[]> {
  const found = await Promise.all(admin.nodes('master').map((node) => node.keys(pattern)))
  return found.flat()
}

describe('redisTransport on a cluster', () => {
  transportConformance(async () => {
    const prefix = `test${++tests}`
    const transport = redisTransport({ client: new Cluster(cluster.addresses, { lazyConnect: true }), prefix })
    return {
      transport,
      async expireLease() {
        for (const key of await keysLike(`${prefix}:*:meta`)) await admin.hset(key, 'hb', Date.now() - 3_600_000)
      },
      async lose(runId) {
        const { meta, segments, tail } = runKeys(prefix, runId)
        await admin.del(meta, segments, tail)
      },
      close: () => transport.close(),
    }
  })

  it('uses a cluster of yours as a recipe, and touches nothing of it', async () => {
    const client = new Cluster(cluster.addresses, { keyPrefix: 'mine:', scaleReads: 'slave' })
    await client.set('a', '1')
    const before = client.listenerCount('error')
    const warned: string[] = []
    const noop = () => undefined
    const logger = { debug: noop, info: noop, warn: (_: object, message: string) => warned.push(message), error: noop }
    const prefix = `test${++tests}`
    const transport = redisTransport({ client, prefix, logger })
    const claimed = await transport.claim({
      runId: 'r',
      owner: 'o',
      hostId: 'h',
      mode: 'new',
      chain: 'c',
      metadata: {},
      tags: [],
    })
    await transport.close()

    expect(claimed).toMatchObject({ answer: 'ok' })
    expect(await keysLike(`${prefix}:*`)).toEqual([runKeys(prefix, 'r').meta])
    expect([client.status, client.listenerCount('error'), warned]).toEqual(['ready', before, []])
    client.disconnect()
  })

  it('says what is wrong when the client is for one kind of Redis and the server is the other', async () => {
    const [{ port }] = cluster.nodes as [(typeof cluster.nodes)[number]]
    const noop = () => undefined
    let say: (message: string) => void = noop
    const said = new Promise<string>((resolve) => {
      say = resolve
    })
    const logger = { debug: noop, info: noop, warn: (_: object, message: string) => say(message), error: noop }
    const transport = redisTransport({ url: `redis://127.0.0.1:${port}`, logger })

    expect(await said).toMatch(/node of a cluster: pass \{ client: new Cluster/)
    await transport.close()
  })
})
