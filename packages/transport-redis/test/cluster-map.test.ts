import type { Cluster } from 'ioredis'
import { describe, expect, it, vi } from 'vitest'
import { ClusterMap } from '../src/cluster-map.js'

/** A cluster that has one node for all slots but the last. */
function fakeCluster(key = 'node-1:7000') {
  const made = { on: vi.fn(), connect: vi.fn(async () => undefined) }
  const node = { options: { host: 'node-1', port: 7_000 }, duplicate: vi.fn(() => made) }
  const cluster = {
    status: 'ready',
    slots: Array.from({ length: 16_383 }, () => [key]),
    nodes: () => [node],
    refreshSlotsCache: (callback: (error?: Error) => void) => callback(new Error('none answers')),
  }
  return { map: new ClusterMap(cluster as unknown as Cluster), node, made }
}

describe('ClusterMap', () => {
  it('finds the node of a channel by the part in braces', async () => {
    const { map } = fakeCluster()

    expect(map.keyOf('p:{a}:live')).toBe('node-1:7000')
    expect(await map.ownerOf('p:{a}:live')).toEqual({ key: 'node-1:7000' })
  })

  it('connects as the cluster itself does, and never without a listener for errors', () => {
    const { map, node, made } = fakeCluster()
    map.connect('node-1:7000')
    map.connect('fd00::1:7001')

    expect(node.duplicate).toHaveBeenNthCalledWith(1, expect.objectContaining({ host: 'node-1', port: 7_000 }))
    expect(node.duplicate).toHaveBeenNthCalledWith(2, expect.objectContaining({ host: 'fd00::1', port: 7_001 }))
    expect(made.on).toHaveBeenCalledWith('error', expect.any(Function))
  })

  it('does not fail when nobody can say where slots are', async () => {
    await expect(fakeCluster().map.refresh()).resolves.toBeUndefined()
  })
})
