import { Cluster } from 'ioredis'
import { describe, expect, it } from 'vitest'
import { startRedisCluster } from '../src/redis-cluster.js'

describe('startRedisCluster', () => {
  it('keeps a key through the move of its slot and the death of its master', async () => {
    const cluster = await startRedisCluster()
    const client = new Cluster(cluster.addresses)
    await client.set('{a}:key', 'kept')
    const before = await cluster.ownerOf('{a}:key')
    await cluster.moveSlot('{a}:key')
    const after = await cluster.ownerOf('{a}:key')
    expect(after.port).not.toBe(before.port)
    expect(await client.get('{a}:key')).toBe('kept')
    await after.admin.wait(1, 1_000)
    await cluster.failOver('{a}:key')

    expect(await client.get('{a}:key')).toBe('kept')
    client.disconnect()
    await cluster.close()
  }, 30_000)
})
