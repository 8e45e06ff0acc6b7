import { transportConformance } from '@llmmon/testkit'
import { describe, expect, it } from 'vitest'
import { memoryTransport, readRun, startRun } from '../../src/index.js'

const label = { chain: 'c', metadata: {}, tags: [] }

describe('memoryTransport', () => {
  transportConformance(async () => {
    let time = 1_700_000_000_000
    const transport = memoryTransport({ now: () => time })
    return {
      transport,
      expireLease: () => {
        time += transport.liveness.leaseMs + 1
      },
      lose: (runId) => transport.lose(runId),
      close: () => transport.close(),
    }
  })

  it('can still be read after its close, which has ended what was open', async () => {
    const transport = memoryTransport()
    const run = startRun({ name: 'c', transport, runId: 'r', logger: console })
    expect(run.monitored).toBe(true)
    await transport.close()

    expect(await readRun(transport, 'r')).toMatchObject({ status: 'error', error: { code: 'abandoned' } })
    expect(await transport.inspect('r')).toMatchObject({ state: 'closed' })
    expect(run.monitored).toBe(false)
    await expect(transport.reserve({ runId: 'x', ...label, ttlMs: 1 })).rejects.toMatchObject({ code: 'closed' })
  })

  it('forgets an ended run after its retention, an open one never', async () => {
    let time = 1_000
    const transport = memoryTransport({ now: () => time, retentionMs: 500 })
    await transport.claim({ runId: 'open', owner: 'o', hostId: 'h', mode: 'new', ...label })
    await transport.reserve({ runId: 'reserved', ...label, ttlMs: 300 })
    time += 1_000

    expect(await transport.inspect('open')).toMatchObject({ state: 'open' })
    expect(await transport.inspect('reserved')).toBeUndefined()
  })

  it('keeps at most so many runs, and gives up reserved and ended ones before open ones', async () => {
    const transport = memoryTransport({ maxRuns: 3 })
    await transport.claim({ runId: 'open', owner: 'o', hostId: 'h', mode: 'new', ...label })
    for (const runId of ['a', 'b', 'c']) await transport.reserve({ runId, ...label, ttlMs: 60_000 })

    expect(await transport.inspect('open')).toBeDefined()
    expect(await transport.inspect('a')).toBeUndefined()
    expect(await transport.inspect('c')).toBeDefined()
  })

  it('reaps a run whose last sign of life lies in the future, as after a clock that was set back', async () => {
    let time = 100_000_000
    const transport = memoryTransport({ now: () => time })
    await transport.claim({ runId: 'r', owner: 'o', hostId: 'h', mode: 'new', ...label })
    time -= 3_600_000

    expect(await transport.reap('r')).toBe('reaped')
  })
})
