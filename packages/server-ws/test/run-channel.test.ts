import {
  type EncodedBatch,
  type MemoryTransport,
  memoryTransport,
  type Position,
  type Run,
  type RunEvent,
  type RunInfo,
  reserveRun,
  startRun,
} from '@llmmon/core'
import { testBatch } from '@llmmon/testkit'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { allowAnyone, resolveOptions } from '../src/options.js'
import { RunChannel } from '../src/run-channel.js'
import type { Viewer } from '../src/viewer.js'

let clock: number
let transport: MemoryTransport
let channel: RunChannel

/** A store that gives a run's history in two parts; the second when it is told to, or not at all. */
function inParts(info: Partial<RunInfo>, first: EncodedBatch, second: EncodedBatch): { finish(error?: Error): void } {
  const all: RunInfo = {
    runId: 'r',
    state: 'open',
    epoch: first.epoch,
    last: second.to,
    opened: 'new',
    silentMs: 0,
    chain: null,
    metadata: {},
    tags: [],
    ...info,
  }
  let settle: (error?: Error) => void = () => undefined
  let isWhole = false
  transport = {
    ...transport,
    inspect: async () => all,
    read: (_, after = 0, take) => {
      const batches = [first, second].filter(({ to }) => to > after)
      if (isWhole) return Promise.resolve({ info: all, batches })
      take?.({ info: all, batches: [first] })
      return new Promise((resolve, reject) => {
        settle = (error) => (error ? reject(error) : resolve({ info: all, batches: [second] }))
      })
    },
  }
  return {
    finish: (error) => {
      isWhole = true
      settle(error)
    },
  }
}

/** A viewer that writes down what happens to it. */
class TestViewer implements Viewer {
  readonly log: string[] = []
  isReady = true
  audience = ''
  constructor(public position: Position | undefined = undefined) {}
  send({ from, to }: { from: number; to: number }): void {
    this.log.push(`${from}-${to}`)
  }
  reset(reason: string): void {
    this.log.push(`reset ${reason}`)
  }
  status(state: string): void {
    this.log.push(state)
  }
  end({ seq }: Position): void {
    this.log.push(`end ${seq}`)
  }
  lost({ code }: { code?: string }): void {
    this.log.push(`lost ${code}`)
  }
  notFound(): void {
    this.log.push('not found')
  }
}

beforeEach(() => {
  vi.useFakeTimers()
  clock = 1_000_000
  transport = memoryTransport({ now: () => clock })
})

afterEach(() => {
  channel.close()
  vi.useRealTimers()
})

async function open(viewer: TestViewer = new TestViewer(), limits = {}): Promise<TestViewer> {
  channel = new RunChannel('r', resolveOptions({ transport, authorize: allowAnyone, limits }), () => clock)
  await channel.ready()
  channel.add(viewer)
  return viewer
}

async function pass(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 1_000) {
    clock += Math.min(1_000, left)
    channel.tick()
    await vi.advanceTimersByTimeAsync(0)
  }
}

/** A writer that gives no signs of life by itself: its process is gone. */
async function deadRun(): Promise<void> {
  const label = { chain: 'c', metadata: {}, tags: [] }
  const claimed = await transport.claim({ runId: 'r', owner: 'o', hostId: 'h', mode: 'new', ...label })
  const epoch = claimed.answer === 'ok' ? claimed.epoch : ''
  const event = { update_type: 'start', status: 'started', metadata: {}, seq: 1, ts: 0 }
  const text = JSON.stringify({ type: 'events', run_id: 'r', epoch, from: 1, to: 1, events: [event] })
  await transport.append({ runId: 'r', batch: { epoch, from: 1, to: 1, closes: false, text } })
}

async function say(run: Run, ...data: unknown[]): Promise<void> {
  for (const each of data) {
    run.custom('n', each)
    const flushed = run.flushed()
    await vi.advanceTimersByTimeAsync(10)
    await flushed
  }
}

describe('RunChannel', () => {
  it('stops pushing to a viewer whose connection is full, and goes on where it stood when there is room', async () => {
    const run = startRun({ name: 'c', transport, runId: 'r' })
    const slow = await open()
    const fast = new TestViewer()
    channel.add(fast)
    await say(run, 1)
    slow.isReady = false
    await say(run, 2, 3, 4)
    expect(slow.log).toEqual(fast.log.slice(0, slow.log.length))
    const stoodAt = slow.position?.seq
    slow.isReady = true
    channel.pump(slow)

    expect(stoodAt).toBeLessThan(fast.position?.seq ?? 0)
    expect(slow.position).toEqual(fast.position)
  })

  it('shows a silent writer as stalled, ends its run after the lease, and believes it a minute later', async () => {
    await deadRun()
    const viewer = await open()
    await pass(12_000)
    expect(viewer.log).toEqual(['1-1', 'stalled'])
    await pass(14_000)
    expect(viewer.log).toEqual(['1-1', 'stalled', '2-2'])
    await pass(61_000)

    expect(viewer.log.at(-1)).toBe('end 2')
    expect(channel.size).toBe(0)
  })

  it('finds within two heartbeats what was written while its subscription was deaf, also the last event', async () => {
    const { watch } = transport
    transport.watch = (runId, observer) => watch(runId, { ...observer, batch: () => undefined, bell: () => undefined })
    const run = startRun({ name: 'c', transport, runId: 'r' })
    await vi.advanceTimersByTimeAsync(10)
    const viewer = await open()
    await say(run, 'unheard')
    expect(viewer.log).toEqual(['1-1'])
    await pass(7_000)
    expect(viewer.log).toEqual(['1-1', '2-2'])
    run.complete()
    await vi.advanceTimersByTimeAsync(10)
    await pass(7_000)

    expect(viewer.log).toEqual(['1-1', '2-2', '3-3', 'end 3'])
  })

  it('ends at once for who comes when the minute is over', async () => {
    await deadRun()
    clock += 30_000
    await transport.reap('r')
    clock += 61_000
    const viewer = await open()

    expect(viewer.log.at(-1)).toBe('end 2')
  })

  it('says that a run is lost that vanishes with nobody to heal it', async () => {
    await deadRun()
    const viewer = await open()
    transport.lose('r')
    await pass(12_000)
    expect(viewer.log).toEqual(['1-1', 'stalled'])
    await pass(30_000)

    expect(viewer.log.at(-1)).toBe('lost lost')
  })

  it('says the same to who comes back for a run that a new server knows nothing of', async () => {
    const viewer = await open(new TestViewer({ epoch: '7', seq: 3 }))
    expect(viewer.log).toEqual(['stalled'])
    await pass(26_000)

    expect(viewer.log).toEqual(['stalled', 'lost lost'])
  })

  it('gives up an unknown run after its time, but not one that is reserved', async () => {
    const viewer = await open(new TestViewer(), { pendingMs: 5_000 })
    await pass(6_000)
    expect(viewer.log).toEqual(['not found'])
    channel.close()
    await reserveRun({ transport, runId: 'r' })
    const patient = await open(new TestViewer(), { pendingMs: 5_000 })
    await pass(60_000)

    expect(patient.log).toEqual([])
    expect(channel.phase).toBe('pending')
  })

  it('waits one lease for a store that was rolled back behind its viewer, then resets', async () => {
    await deadRun()
    const epoch = (await transport.inspect('r'))?.epoch ?? ''
    const viewer = await open(new TestViewer({ epoch, seq: 9 }))
    for (let i = 0; i < 5; i += 1) {
      expect(viewer.log).toEqual([])
      await pass(4_000)
      await transport.heartbeat({ runId: 'r', epoch })
    }
    await pass(1_000)

    expect(viewer.log.slice(-2)).toEqual(['reset rollback', '1-1'])
  })

  it('resets nobody whom the store has caught up with in time', async () => {
    const run = startRun({ name: 'c', transport, runId: 'r' })
    await say(run, 1)
    const epoch = (await transport.inspect('r'))?.epoch ?? ''
    const viewer = await open(new TestViewer({ epoch, seq: 3 }))
    await say(run, 2, 3, 4)
    for (let i = 0; i < 6; i += 1) {
      await pass(4_000)
      await transport.heartbeat({ runId: 'r', epoch })
    }

    expect(viewer.log).toEqual(['4-4', '5-5'])
  })

  it('asks the store again for who needs it, where that failed or gave something invalid, and sends nothing of it', async () => {
    const run = startRun({ name: 'c', transport, runId: 'r' })
    const stays = await open()
    await say(run, 'x'.repeat(90_000), 'y'.repeat(90_000), 'z'.repeat(90_000), 'a'.repeat(90_000))
    channel.shrink()
    const real = transport.read
    const read = vi.spyOn(transport, 'read').mockRejectedValueOnce(new Error('down'))
    read.mockImplementationOnce(async (runId) => {
      const history = await real(runId)
      return history && { ...history, batches: history.batches.map((batch) => ({ ...batch, text: 'junk' })) }
    })
    const late = new TestViewer()
    channel.add(late)
    await vi.advanceTimersByTimeAsync(0)
    await pass(1_000)
    expect([read.mock.calls.length, late.log]).toEqual([2, []])
    await pass(1_000)

    expect(late.position).toEqual(stays.position)
    expect(late.log[0]).toBe('1-1')
  })

  it('reads the store once for all viewers that stand before what it has kept', async () => {
    const run = startRun({ name: 'c', transport, runId: 'r' })
    await open()
    await say(run, 'x'.repeat(60_000), 'y'.repeat(60_000), 'z'.repeat(60_000), 'a'.repeat(60_000), 'b'.repeat(60_000))
    const read = vi.spyOn(transport, 'read')
    channel.shrink()
    expect(channel.historyLength).toBeLessThanOrEqual(262_144)
    const late = Array.from({ length: 100 }, () => new TestViewer())
    for (const viewer of late) channel.add(viewer)
    await vi.advanceTimersByTimeAsync(0)

    expect(read).toHaveBeenCalledTimes(1)
    expect(late.every(({ position }) => position?.seq === 6)).toBe(true)
  })

  it('shows what has come of a history that is still being read, and then the rest', async () => {
    const store = inParts({}, testBatch('r', '10', 1, 2), testBatch('r', '10', 3, 4))
    const viewer = await open()
    const late = new TestViewer()
    channel.add(late)
    expect([viewer.log, late.log]).toEqual([['1-2'], ['1-2']])
    store.finish()
    await pass(0)
    await vi.advanceTimersByTimeAsync(0)

    expect([viewer.log, late.log]).toEqual([
      ['1-2', '3-4'],
      ['1-2', '3-4'],
    ])
  })

  it('goes on where it stood when reading fails between parts', async () => {
    const store = inParts({}, testBatch('r', '10', 1, 2), testBatch('r', '10', 3, 4))
    const viewer = await open()
    store.finish(new Error('down'))
    await vi.advanceTimersByTimeAsync(1_000)

    expect(viewer.log).toEqual(['1-2', '3-4'])
  })

  it('takes nobody who comes back for ahead of a store of which only a part has come', async () => {
    const store = inParts({}, testBatch('r', '10', 1, 2), testBatch('r', '10', 3, 4))
    const viewer = await open(new TestViewer({ epoch: '10', seq: 3 }))
    await pass(transport.liveness.leaseMs + 10_000)
    expect(viewer.log.filter((line) => line.startsWith('reset'))).toEqual([])
    store.finish()
    await vi.advanceTimersByTimeAsync(0)

    expect(viewer.log).toContain('3-4')
  })

  it('resets nobody who saw a run given up, while only what is older has come', async () => {
    const base = { epoch: '10', to: 2 }
    const end = { ...testBatch('r', '20', 3, 3, true), base }
    const text = end.text.replace('"from"', `"base":${JSON.stringify(base)},"from"`)
    const store = inParts({ state: 'abandoned', epoch: '20', base }, testBatch('r', '10', 1, 2), { ...end, text })
    const viewer = await open(new TestViewer({ epoch: '20', seq: 3 }))
    expect(channel.phase).toBe('ended')
    store.finish()
    await vi.advanceTimersByTimeAsync(0)
    await pass(61_000)

    expect(viewer.log).toEqual(['end 3'])
  })

  it('says that a run has ended before all of its history has come', async () => {
    const store = inParts({ state: 'closed' }, testBatch('r', '10', 1, 2), testBatch('r', '10', 3, 4, true))
    const viewer = await open()
    expect([channel.phase, viewer.log]).toEqual(['ended', ['1-2']])
    store.finish()
    await vi.advanceTimersByTimeAsync(0)

    expect(viewer.log).toEqual(['1-2', '3-4', 'end 4'])
  })

  it('leaves nobody behind when it closes', async () => {
    await open()
    channel.close()

    expect(channel.size).toBe(0)
  })

  it('starts a viewer over that becomes one of another audience, with what that may see', async () => {
    const run = startRun({ name: 'c', transport, runId: 'r' })
    const view = (event: RunEvent, audience: string) => (audience === 'staff' || event.seq !== 2 ? event : null)
    channel = new RunChannel('r', resolveOptions({ transport, authorize: allowAnyone, view }), () => clock)
    await channel.ready()
    const viewer = new TestViewer()
    channel.add(viewer)
    await say(run, 1, 2)
    const before = viewer.log.length
    channel.move(viewer, 'staff')
    await vi.advanceTimersByTimeAsync(10)
    run.complete()
    await vi.advanceTimersByTimeAsync(10)

    expect(viewer.log[before]).toBe('reset audience')
    expect(viewer.log.slice(before + 1).join()).toMatch(/^1-.*3.*,4-4,end 4$/)
    expect([viewer.audience, channel.size]).toEqual(['staff', 0])
  })

  it('lets a viewer that waits for its run go on waiting when it changes its audience', async () => {
    const view = (event: RunEvent) => event
    const limits = { pendingMs: 5_000 }
    channel = new RunChannel('r', resolveOptions({ transport, authorize: allowAnyone, view, limits }), () => clock)
    await channel.ready()
    const [fresh, returning] = [new TestViewer(), new TestViewer({ epoch: '7', seq: 3 })]
    for (const viewer of [fresh, returning]) {
      channel.add(viewer)
      channel.move(viewer, 'staff')
    }
    await pass(6_000)
    expect(fresh.log).toEqual(['not found'])
    await pass(21_000)

    expect(returning.log).toEqual(['stalled', 'reset audience', 'lost lost'])
  })
})
