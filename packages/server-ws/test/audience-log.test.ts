import {
  compactChunks,
  decodeBatch,
  encodeBatch,
  foldBatch,
  initialRunState,
  memoryTransport,
  type RunEvent,
} from '@llmmon/core'
import { testBatch } from '@llmmon/testkit'
import { describe, expect, it, vi } from 'vitest'
import { AudienceLog } from '../src/audience-log.js'
import { OlderHistory } from '../src/older-history.js'
import { SharedBatch } from '../src/shared-batch.js'
import { View } from '../src/view.js'

const onlyProgress = (event: RunEvent) => (event.update_type === 'progress' ? event : null)

function open(hook?: (event: RunEvent) => RunEvent | null, read = memoryTransport().read) {
  const view = hook && new View(hook, 'guest', () => undefined)
  return new AudienceLog('r', new OlderHistory({ ...memoryTransport(), read }, 'r'), () => 0, view)
}

const batch = (from: number, to: number) => new SharedBatch(testBatch('r', '5', from, to))
const types = (batches: readonly SharedBatch[] = []) =>
  batches.flatMap(({ events }) => events.map((e) => e.update_type))
const spans = (batches: readonly SharedBatch[] = []) => batches.map(({ from, to }) => `${from}-${to}`)

describe('AudienceLog', () => {
  it('passes on the batches themselves where everything may be seen', () => {
    const log = open()
    const batches = [batch(1, 2), batch(3, 3)]

    log.push(batches)
    expect(log.newest).toEqual(batches)
    expect(log.frames(0)?.[0]).toBe(batches[0])
    expect(spans(log.frames(2))).toEqual(['3-3'])
  })

  it('keeps the bytes of the newest batches alone', () => {
    const log = open()
    const [first, second] = [batch(1, 2), batch(3, 3)]
    log.push([first])
    const { frame } = first
    expect(first.frame).toBe(frame)
    log.push([second])

    expect(first.frame).not.toBe(frame)
  })

  it('makes each batch once, for live viewers and for late ones', () => {
    const hook = vi.fn(onlyProgress)
    const log = open(hook)
    log.push([batch(1, 3)])
    const [made] = log.newest
    for (let i = 0; i < 5; i += 1) expect(log.frames(0)?.[0]).toBe(made)

    expect(hook).toHaveBeenCalledTimes(3)
    expect(types([made as SharedBatch])).toEqual(['withheld'])
  })

  it('gives a late viewer the whole span in few events, however much is not for it', () => {
    const log = open(onlyProgress)
    for (let seq = 1; seq <= 500; seq += 1) {
      const event = {
        seq,
        ts: seq,
        update_type: seq % 100 === 50 ? 'progress' : 'custom',
        progress_percentage: seq / 5,
        message: null,
      }
      const span = { type: 'events', run_id: 'r', epoch: '5', from: seq, to: seq } as const
      log.push([new SharedBatch(encodeBatch({ ...span, events: [event as unknown as RunEvent] }, false))])
    }
    const frames = log.frames(0) ?? []
    const events = frames.flatMap((frame) => [...decodeBatch(frame.text).events])

    expect(spans(frames)).toEqual(['1-500'])
    expect(types(frames)).toEqual(['progress', 'withheld'])
    expect(foldBatch(initialRunState('r'), events)).toMatchObject({ progress: 90, seq: 500 })
  })

  it('reads what it has let go of from the store, through the view', async () => {
    const batches = [testBatch('r', '5', 1, 2), testBatch('r', '5', 3, 4)]
    const read = vi.fn(async () => ({ batches }) as never)
    const log = open((event) => (event.seq === 3 ? null : event), read)
    log.push([batch(3, 4)])
    expect(log.frames(0)).toBeUndefined()
    await log.refill(() => undefined)

    expect(spans(log.frames(0))).toEqual(['1-2', '3-4'])
    expect(log.frames(0)?.flatMap(({ events }) => events.map(({ seq }) => seq))).toEqual([1, 2, 4])
  })

  it('counts its length, shrinks to the newest, and forgets all for a new history', () => {
    const log = open()
    log.push([batch(1, 50), batch(51, 51)])
    const { length } = log
    log.shrink(0)
    expect(log.length).toBeLessThan(length / 10)
    expect(log.frames(0)).toBeUndefined()
    log.clear()

    expect([log.length, log.frames(0)]).toEqual([0, []])
  })
})

// What receivers go by must hold also for what is left of a compacted history.
it('is what compactChunks makes of the same events', () => {
  const events = Array.from({ length: 20 }, (_, i) => batch(i + 1, i + 1).events[0] as RunEvent)
  const log = open((event) => event)
  for (let seq = 1; seq <= 20; seq += 1) log.push([batch(seq, seq)])

  expect(log.frames(0)?.map((frame) => decodeBatch(frame.text).events)).toEqual(compactChunks(events, 65_536))
})
