import { memoryTransport, startRun } from '@llmmon/core'
import { testBatch } from '@llmmon/testkit'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Gate } from '../src/gate.js'
import type { Identity } from '../src/identity.js'
import { allowAnyone, resolveOptions } from '../src/options.js'
import { PlainViewer } from '../src/plain-viewer.js'
import { RunChannel } from '../src/run-channel.js'
import { Seats } from '../src/seats.js'
import { SharedBatch } from '../src/shared-batch.js'

const transport = memoryTransport()
const options = resolveOptions({ transport, authorize: allowAnyone })
const somebody: Identity = { principal: 'p', key: 'p', expiresAt: undefined, audience: '' }
const seats = new Seats(2)
const settle = () => new Promise((resolve) => setImmediate(resolve))

function open(runId: string, { identity = somebody, after = 0 }: { identity?: Identity; after?: number } = {}) {
  const sent: { [field: string]: unknown }[] = []
  const closes: number[] = []
  const channel = new RunChannel(runId, options, () => 0)
  const context = {
    runId,
    after,
    ticket: undefined,
    gate: new Gate(options),
    identify: async () => identity,
    seats,
    identified: () => undefined,
    channel: () => channel,
    maxBufferedBytes: 100,
    now: () => 0,
  }
  const viewer = new PlainViewer(context, {
    bufferedBytes: 0,
    send: (frame) => sent.push(JSON.parse(frame.toString())),
    pause: () => undefined,
    resume: () => undefined,
    close: (code) => closes.push(code),
  })
  opened.push(viewer)
  return { viewer, channel, sent, closes }
}

const opened: PlainViewer[] = []

afterEach(() => {
  for (const viewer of opened.splice(0)) viewer.gone()
})

describe('PlainViewer', () => {
  it('gets one event a frame after the number it knows, and 1000 at the end', async () => {
    const run = startRun({ name: 'c', transport, runId: 'r' })
    run.custom('n', 1)
    run.complete()
    await run.flushed()
    const { channel, sent, closes } = open('r', { after: 1 })
    await settle()
    channel.close()

    expect(sent.map(({ seq, run_id }) => [seq, run_id])).toEqual([
      [2, 'r'],
      [3, 'r'],
    ])
    expect(closes).toEqual([1000])
  })

  it('sends no event twice where batches overlap', () => {
    const { viewer, channel, sent } = open('overlap')
    viewer.send(new SharedBatch(testBatch('overlap', '5', 1, 3)))
    viewer.send(new SharedBatch(testBatch('overlap', '5', 2, 5)))
    channel.close()

    expect(sent.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5])
  })

  it('is closed with 4505 where it would have to start over', () => {
    const { viewer, channel, closes } = open('none')
    viewer.reset('replaced')
    channel.close()

    expect(closes).toEqual([4505])
  })

  it('is told of a lost run before it is closed', () => {
    const { viewer, channel, sent, closes } = open('none')
    viewer.lost({ update_type: 'error', status: 'error', error: 'gone', code: 'lost', ts: 1 })
    channel.close()

    expect(sent).toMatchObject([{ code: 'lost', run_id: 'none' }])
    expect(closes).toEqual([1000])
  })

  it('is closed when what it came with has expired, and not before', async () => {
    vi.useFakeTimers({ now: 1_000, toFake: ['Date'] })
    const { viewer, channel, closes } = open('expiring', { identity: { ...somebody, expiresAt: 2_000 } })
    await settle()
    expect(viewer.tick(0)).toBe(1_000)
    expect(closes).toEqual([])
    vi.setSystemTime(2_000)
    viewer.tick(1_000)
    channel.close()
    vi.useRealTimers()

    expect(closes).toEqual([4501])
  })

  it('takes a place among the connections of its principal, and gives it back', async () => {
    const first = open('a')
    const second = open('b')
    const third = open('c')
    await settle()
    expect([first.closes, second.closes, third.closes]).toEqual([[], [], [4429]])
    for (const { viewer } of [first, second]) viewer.gone()
    for (const { channel } of [first, second, third]) channel.close()

    expect(seats.taken('p')).toBe(0)
  })

  it('is shown nothing more of a run that was revoked', async () => {
    const { viewer, channel, sent, closes } = open('revoked')
    await settle()
    viewer.endRun('other')
    expect(closes).toEqual([])
    viewer.endRun('revoked')
    channel.close()

    expect(sent).toMatchObject([{ update_type: 'error', code: 'not_found' }])
    expect(closes).toEqual([1000])
  })

  it('holds nothing once it has gone', async () => {
    const { viewer, channel, closes } = open('gone')
    viewer.gone()
    await settle()
    viewer.close(1001, 'x')

    expect([channel.size, closes]).toEqual([0, []])
    channel.close()
  })
})
