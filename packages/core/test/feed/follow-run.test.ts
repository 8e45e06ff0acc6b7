import { testBatch } from '@llmmon/testkit'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  type FollowObserver,
  followRun,
  type MemoryTransport,
  memoryTransport,
  type RunInfo,
  type RunObserver,
  startRun,
  type Transport,
} from '../../src/index.js'

let transport: MemoryTransport
let seen: string[]
let errors: string[]

beforeEach(() => {
  vi.useFakeTimers()
  transport = memoryTransport()
  seen = []
  errors = []
})

afterEach(() => {
  vi.useRealTimers()
})

const observer: FollowObserver = {
  batches: (batches) => seen.push(...batches.map(({ from, to }) => `${from}-${to}`)),
  reset: (reason) => seen.push(`reset ${reason}`),
  info: () => undefined,
  error: ({ code }) => errors.push(code),
}

async function settle(ms = 0): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms)
}

/** How the store says that a run stands, which is open and has events up to a number. */
function infoOf(last: number): RunInfo {
  const label = { chain: null, metadata: {}, tags: [] }
  return { runId: 'r', state: 'open', epoch: '10', last, opened: 'new', silentMs: 0, ...label }
}

describe('followRun', () => {
  it('watches before it reads, so that nothing falls between', async () => {
    const calls: string[] = []
    const spied: Transport = {
      ...transport,
      watch: async (runId, observer) => {
        calls.push('watch')
        return transport.watch(runId, observer)
      },
      read: async (runId, after) => {
        calls.push('read')
        return transport.read(runId, after)
      },
    }
    const { stop } = followRun(spied, 'r', observer)
    await settle()
    stop()

    expect(calls).toEqual(['watch', 'read'])
  })

  it('tries again, later each time, where watching or reading fails', async () => {
    let failures = 2
    const flaky: Transport = {
      ...transport,
      watch: (runId, observer) =>
        failures-- > 0 ? Promise.reject(new Error('down')) : transport.watch(runId, observer),
    }
    const { stop } = followRun(flaky, 'r', observer, { random: () => 1 })
    const run = startRun({ name: 'c', transport, runId: 'r' })
    run.complete()
    await settle(100)
    expect(seen).toEqual([])
    await settle(1_000)
    stop()

    expect(errors).toEqual(['transport_failed', 'transport_failed'])
    expect(seen).toEqual(['1-2'])
  })

  it('never delivers a batch that is not what its entry says, and goes on once the store has a good one', async () => {
    let watcher: RunObserver | undefined
    let stored = [{ ...testBatch('r', '10', 1, 2), text: testBatch('other', '10', 1, 2).text }]
    const info = infoOf(2)
    const foreign: Transport = {
      ...transport,
      watch: async (_, observer) => {
        watcher = observer
        return () => undefined
      },
      read: async () => ({ info, batches: stored }),
    }
    const { stop } = followRun(foreign, 'r', observer, { random: () => 1 })
    await settle()
    watcher?.batch({ ...testBatch('r', '10', 1, 2), text: 'junk' })
    await settle(10_000)
    expect(seen).toEqual([])
    expect(new Set(errors)).toEqual(new Set(['invalid_frame']))
    expect(errors.length).toBeLessThan(10)
    stored = [testBatch('r', '10', 1, 2)]
    await settle(10_000)
    stop()

    expect(seen).toEqual(['1-2'])
  })

  it('delivers what a read gives in parts as it comes, checked, and goes on from there where the read fails', async () => {
    const info = infoOf(6)
    const asked: number[] = []
    const parted: Transport = {
      ...transport,
      watch: async () => () => undefined,
      read: async (_, after = 0, take) => {
        asked.push(after)
        if (after > 0) return { info, batches: [testBatch('r', '10', 5, 6)] }
        await Promise.resolve()
        take?.({ info, batches: [testBatch('r', '10', 1, 2)] })
        expect(seen).toEqual(['1-2'])
        take?.({ info, batches: [testBatch('r', '10', 3, 4), { ...testBatch('r', '10', 5, 6), text: 'junk' }] })
        throw new Error('down')
      },
    }
    const { stop } = followRun(parted, 'r', observer, { random: () => 1 })
    await settle()
    expect(seen).toEqual(['1-2', '3-4'])
    await settle(1_000)
    stop()

    expect(asked).toEqual([0, 4])
    expect(seen).toEqual(['1-2', '3-4', '5-6'])
    expect(errors).toEqual(['invalid_frame', 'transport_failed'])
  })

  it('takes no more parts once it is stopped', async () => {
    let give: () => void = () => undefined
    const parted: Transport = {
      ...transport,
      watch: async () => () => undefined,
      read: (_, __, take) => {
        const part = { info: infoOf(2), batches: [testBatch('r', '10', 1, 2)] }
        give = () => take?.(part)
        return new Promise(() => undefined)
      },
    }
    const { stop } = followRun(parted, 'r', observer)
    await settle()
    stop()
    give()

    expect(seen).toEqual([])
  })

  it('asks ever more rarely for what stays missing in the store, and at once again after progress', async () => {
    const info = infoOf(9)
    let stored = [testBatch('r', '10', 5, 9)]
    const read = vi.fn(async (_: string, after = 0) => ({ info, batches: stored.filter(({ to }) => to > after) }))
    const holed: Transport = { ...transport, watch: async () => () => undefined, read }
    const { stop } = followRun(holed, 'r', observer, { random: () => 1 })
    await settle(60_000)
    expect(read.mock.calls.length).toBeLessThan(20)
    expect([seen, errors]).toEqual([[], []])
    stored = [testBatch('r', '10', 1, 2), ...stored]
    while (seen.length === 0) await settle(100)
    const before = read.mock.calls.length
    await settle(1_000)
    stop()

    expect(seen).toEqual(['1-2'])
    expect(read.mock.calls.length - before).toBeGreaterThanOrEqual(2)
  })

  it('says nothing of a read that ends after it was stopped', async () => {
    let fail: (reason: Error) => void = () => undefined
    const slow: Transport = {
      ...transport,
      read: () =>
        new Promise((_, reject) => {
          fail = reject
        }),
    }
    const { stop } = followRun(slow, 'r', observer)
    await settle()
    stop()
    fail(new Error('down'))
    await settle()

    expect([seen, errors]).toEqual([[], []])
  })

  it('gives up waiting for a rolled-back store after a lease', async () => {
    const epoch = '10'
    const info = infoOf(1)
    const rolledBack: Transport = {
      ...transport,
      watch: async () => () => undefined,
      read: async (_, after = 0) => ({ info, batches: after < 1 ? [testBatch('r', epoch, 1, 1)] : [] }),
    }
    const { stop } = followRun(rolledBack, 'r', observer, { from: { epoch, seq: 5 } })
    await settle(transport.liveness.leaseMs - 1)
    expect(seen).toEqual([])
    await settle(1)
    stop()

    expect(seen).toEqual(['reset rollback', '1-1'])
  })

  it('leaves nothing behind when it is stopped, also before it has begun', async () => {
    const unwatch = vi.fn()
    const slow: Transport = { ...transport, watch: async () => unwatch }
    const { stop } = followRun(slow, 'r', observer)
    stop()
    stop()
    await settle(60_000)

    expect(unwatch).toHaveBeenCalledTimes(1)
    expect(vi.getTimerCount()).toBe(0)
    expect(seen).toEqual([])
  })
})
