import { readRun } from '@llmmon/core'
import { freePort, type RedisCluster, type RedisServer, startRedis, startRedisCluster } from '@llmmon/testkit'
import { redisTransport } from '@llmmon/transport-redis'
import { Cluster } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startProcess } from './other-process.js'

const works = ['execute', 'read', 'open', 'watch', 'nothing']

let redis: RedisServer
let cluster: RedisCluster

beforeAll(async () => {
  redis = await startRedis()
  cluster = await startRedisCluster()
})

afterAll(async () => {
  await redis.close()
  await cluster.close()
})

/** Runs the script to its own end; gives its code and signal. */
async function run(what: string, kind: string, ports: number | string, runId: string) {
  const script = startProcess('short-script', what, kind, String(ports), runId)
  try {
    return await script.exit
  } finally {
    script.close()
  }
}

describe('a script that ends without closing its transport', () => {
  it.each(works)('ends: %s, in memory', async (what) => {
    expect(await run(what, 'memory', 0, 'r')).toEqual([0, null])
  })

  it.each(works)('ends, with Redis: %s', async (what) => {
    expect(await run(what, 'redis', redis.port, `redis-${what}`)).toEqual([0, null])
  })

  it.each(works)('ends, with a cluster: %s', async (what) => {
    const ports = cluster.nodes.map(({ port }) => port).join()
    expect(await run(what, 'cluster', ports, `cluster-${what}`)).toEqual([0, null])
  })

  it.each(works)('ends, where no Redis can be reached: %s', async (what) => {
    const nobody = await freePort()
    expect(await run(what, 'redis', nobody, 'r')).toEqual([0, null])
    expect(await run(what, 'cluster', nobody, 'r')).toEqual([0, null])
  })

  it('has written everything before', async () => {
    const ports = cluster.nodes.map(({ port }) => port).join()
    await run('execute', 'redis', redis.port, 'whole')
    await run('execute', 'cluster', ports, 'whole')
    await run('open', 'redis', redis.port, 'open')
    const single = redisTransport({ url: redis.url })
    const many = redisTransport({ client: new Cluster(cluster.addresses, { lazyConnect: true }) })
    const text = Array.from({ length: 2_000 }, (_, i) => `${i} `).join('')
    for (const transport of [single, many]) {
      expect(await readRun(transport, 'whole')).toMatchObject({ status: 'completed', result: 2_000, text })
    }
    expect(await readRun(single, 'open')).toMatchObject({ status: 'running', text: 'said' })
    await single.close()
    await many.close()
  })

  it('waits for a Redis that is only slow to come back, and writes then', async () => {
    const late = await startRedis()
    late.freeze(true)
    const ending = run('execute', 'redis', late.port, 'late')
    // The script has said everything before the first request of it has failed.
    await new Promise((resolve) => setTimeout(resolve, 2_500))
    late.freeze(false)
    expect(await ending).toEqual([0, null])
    const transport = redisTransport({ url: late.url })
    expect(await readRun(transport, 'late')).toMatchObject({ status: 'completed' })
    await transport.close()
    await late.close()
  })
})
