import { testBatch } from '@llmmon/testkit'
import { describe, expect, it } from 'vitest'
import { MemoryStore } from '../../src/memory/memory-store.js'

const label = { chain: 'c', metadata: {}, tags: [] }

describe('MemoryStore', () => {
  it('keeps what it was given when its callers change theirs', () => {
    const store = new MemoryStore({ retentionMs: 1_000, maxRuns: 10, leaseMs: 1_000, now: () => 1_000 })
    const claimed = store.claim({ runId: 'r', owner: 'o', hostId: 'h', mode: 'new', ...label })
    const epoch = claimed.answer === 'ok' ? claimed.epoch : ''
    const tail = [testBatch('r', epoch, 1, 1)]
    store.lose('r')
    store.restore({ runId: 'r', owner: 'o', hostId: 'h', epoch, segments: [], tail, ...label })
    const before = store.read('r', 0)
    store.append({ runId: 'r', batch: testBatch('r', epoch, 2, 2) })

    expect(tail).toHaveLength(1)
    expect(before?.batches).toHaveLength(1)
    expect(store.read('r', 0)?.batches).toHaveLength(2)
    expect(store.size).toBe(1)
  })

  it('never gives an epoch twice, though a run is forgotten and begun anew in the same millisecond', () => {
    const store = new MemoryStore({ retentionMs: 1_000, maxRuns: 10, leaseMs: 1_000, now: () => 1_000 })
    const claim = () => store.claim({ runId: 'r', owner: 'o', hostId: 'h', mode: 'new', ...label })
    const first = claim()
    store.lose('r')

    expect(claim()).not.toEqual(first)
  })

  it('lets go of ended runs in the order in which they ended', () => {
    let now = 1_000
    const store = new MemoryStore({ retentionMs: 500, maxRuns: 10, leaseMs: 1_000, now: () => now })
    for (const runId of ['a', 'b', 'c']) {
      const claimed = store.claim({ runId, owner: 'o', hostId: 'h', mode: 'new', ...label })
      const epoch = claimed.answer === 'ok' ? claimed.epoch : ''
      if (runId !== 'b') store.append({ runId, batch: testBatch(runId, epoch, 1, 1, true) })
    }
    now += 600
    store.reserve({ runId: 'd', ...label, ttlMs: 100 })

    expect(store.size).toBe(2)
    expect(store.inspect('b')).toMatchObject({ state: 'open' })
  })
})
