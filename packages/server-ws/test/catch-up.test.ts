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

    expect(catchUp.frames(few)).toBe(few)
    expect(catchUp.frames(batches(tokens(500)))).toHaveLength(1)
    expect(catchUp.frames([])).toEqual([])
  })

  it('makes one for all that lack the same, and adds what has come since as it is', () => {
    let now = 0
    const catchUp = new CatchUp('r', () => now)
    const all = batches(tokens(100))
    const first = catchUp.frames(all.slice(0, 50))
    now = 99
    const second = catchUp.frames(all.slice(0, 60))
    now = 100
    const third = catchUp.frames(all)

    expect(second[0]).toBe(first[0])
    expect(second.slice(1)).toEqual(all.slice(50, 60))
    expect(third[0]).not.toBe(first[0])
  })

  it('comes to the same state as the whole, in contiguous valid frames', () => {
    fc.assert(
      fc.property(arbitraryRun(80), fc.integer({ min: 1, max: 3 }), (events, size) => {
        const frames = new CatchUp('r', () => 0).frames(batches(events, size))
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
    const frames = new CatchUp('r', () => 0).frames([...old, new SharedBatch(text)])

    expect(frames.map(({ epoch, from, to, base }) => [epoch, from, to, base])).toEqual([
      ['5', 1, 20, undefined],
      ['6', 21, 21, base],
    ])
  })
})
