import { decodeBatch, encodeBatch, foldBatch, initialRunState, type RunEvent } from '@llmmon/core'
import { arbitraryRun } from '@llmmon/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CatchUp } from '../src/catch-up.js'
import { SharedBatch } from '../src/shared-batch.js'

function batches(events: readonly RunEvent[], size = 1, epoch = '5'): SharedBatch[] {
  const list: SharedBatch[] = []
  for (let i = 0; i < events.length; i += size) {
    const part = events.slice(i, i + size)
    const from = part[0]?.seq ?? 1
    const to = part.at(-1)?.seq ?? from
    list.push(new SharedBatch(encodeBatch({ type: 'events', run_id: 'r', epoch, from, to, events: part }, false)))
  }
  return list
}

function tokens(count: number): RunEvent[] {
  return Array.from({ length: count }, (_, i) => {
    return { update_type: 'token', channel: 'text', delta: 'ab', at: i * 2, seq: i + 1, ts: 0 }
  })
}

describe('CatchUp', () => {
  it('sends a few batches as they are, and many compacted', () => {
    const catchUp = new CatchUp('r', () => 0)
    const few = batches(tokens(3))

    expect(catchUp.frames(few, 0)).toBe(few)
    expect(catchUp.frames(batches(tokens(500)), 0)).toHaveLength(1)
    expect(catchUp.frames([], 0)).toEqual([])
  })

  it('passes on as they are those that hold long texts already, each where it belongs, and none of many short events', () => {
    const catchUp = new CatchUp('r', () => 0)
    const long = (seq: number): RunEvent => {
      const delta = `"update_type":${'x'.repeat(40_000)}`
      return { update_type: 'token', channel: 'text', delta, at: 0, seq, ts: 0 }
    }
    const many = batches(
      tokens(1_000).map((event) => ({ ...event, seq: event.seq + 10 })),
      500,
    )
    const all = [
      ...batches([long(1), long(2)]),
      ...batches(tokens(8).map((it) => ({ ...it, seq: it.seq + 2 }))),
      ...many,
    ]
    const frames = catchUp.frames(all, 0)

    expect(frames.slice(0, 2)).toEqual(all.slice(0, 2))
    expect(frames.map(({ from, to }) => [from, to])).toEqual([
      [1, 1],
      [2, 2],
      [3, 1_010],
    ])
  })

  it('makes one for all that lack the same, and adds what has come since as it is', () => {
    let now = 0
    const catchUp = new CatchUp('r', () => now)
    const all = batches(tokens(100))
    const first = catchUp.frames(all.slice(0, 50), 0)
    now = 99
    const second = catchUp.frames(all.slice(0, 60), 0)
    now = 100
    const third = catchUp.frames(all, 0)

    expect(second[0]).toBe(first[0])
    expect(second.slice(1)).toEqual(all.slice(50, 60))
    expect(third[0]).toBe(first[0])
    expect(third.map(({ from, to }) => [from, to])).toEqual([
      [1, 50],
      [51, 100],
    ])
  })

  it('serves whoever stands inside what was made, without making it again', () => {
    const catchUp = new CatchUp('r', () => 0)
    const custom = Array.from({ length: 500 }, (_, i): RunEvent => {
      return { update_type: 'custom', name: 'n', data: 'x'.repeat(1_000), seq: i + 1, ts: 0 }
    })
    const all = batches(custom)
    const made = catchUp.frames(all, 0)
    const middle = made[3]?.to ?? 0

    expect(made.length).toBeGreaterThan(5)
    expect(catchUp.frames(all.slice(middle), middle)).toEqual(made.slice(4))
    expect(catchUp.frames(all.slice(middle), middle)[0]).toBe(made[4])
  })

  it('is made anew when it has been continued often, and when nobody has needed it for a while', () => {
    let now = 0
    const catchUp = new CatchUp('r', () => now)
    const all = batches(tokens(400))
    const counts: number[] = []
    for (let end = 20; end <= 400; end += 20) {
      counts.push(catchUp.frames(all.slice(0, end), 0).length)
      now += 100
    }
    expect(Math.max(...counts)).toBe(16)
    expect(counts.filter((count) => count === 1)).toHaveLength(2)
    const [before] = catchUp.frames(all, 0)
    catchUp.tick()
    expect(catchUp.frames(all, 0)[0]).toBe(before)
    now += 2_001
    catchUp.tick()

    expect(catchUp.frames(all, 0)[0]).not.toBe(before)
  })

  it('keeps batches that overlap apart, so that each frame is valid, and drops those that are covered', () => {
    const raw = batches(tokens(30))
    const merged = { ...tokens(1)[0], delta: 'ab'.repeat(25), seq: 25, first_seq: 1 } as RunEvent
    const span = { type: 'events', run_id: 'r', epoch: '5', from: 1, to: 25 } as const
    const segment = new SharedBatch(encodeBatch({ ...span, events: [merged] }, false))
    const catchUp = new CatchUp('r', () => 0)
    const frames = [
      ...catchUp.frames([...raw.slice(0, 20), segment, ...raw.slice(25)], 0),
      ...new CatchUp('r', () => 0).frames([segment, ...raw.slice(20)], 0),
    ]

    expect(frames.map(({ text }) => decodeBatch(text)).map(({ from, to }) => [from, to])).toEqual([
      [1, 20],
      [1, 30],
      [1, 30],
    ])
    const state = foldBatch(
      initialRunState('r'),
      frames.slice(0, 2).flatMap((frame) => frame.events),
    )
    expect(state.text).toBe('ab'.repeat(30))
  })

  it('comes to the same state as the whole, in contiguous valid frames', () => {
    fc.assert(
      fc.property(arbitraryRun(80), fc.integer({ min: 1, max: 3 }), (events, size) => {
        const frames = new CatchUp('r', () => 0).frames(batches(events, size), 0)
        let next = 1
        for (const { text, from, to } of frames) {
          expect(decodeBatch(text)).toMatchObject({ run_id: 'r', from: next, to })
          next = from + (to - from) + 1
        }
        const state = foldBatch(
          initialRunState('r'),
          frames.flatMap((frame) => frame.events),
        )
        expect(state).toEqual(foldBatch(initialRunState('r'), events))
      }),
    )
  })

  it('keeps epochs apart, and what the second continues', () => {
    const old = batches(tokens(20))
    const end: RunEvent = { update_type: 'error', status: 'error', error: 'e', code: 'abandoned', seq: 21, ts: 0 }
    const base = { epoch: '5', to: 20 }
    const text = encodeBatch({ type: 'events', run_id: 'r', epoch: '6', from: 21, to: 21, base, events: [end] }, true)
    const frames = new CatchUp('r', () => 0).frames([...old, new SharedBatch(text)], 0)

    expect(frames.map(({ epoch, from, to, base }) => [epoch, from, to, base])).toEqual([
      ['5', 1, 20, undefined],
      ['6', 21, 21, base],
    ])
  })
})
