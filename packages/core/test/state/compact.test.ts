import { arbitraryRun } from '@llmmon/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RunEvent } from '../../src/protocol/index.js'
import { compact, foldBatch, initialRunState } from '../../src/state/index.js'

function token(seq: number, step_id: string, delta: string, at: number): RunEvent {
  return { update_type: 'token', step_id, channel: 'text', delta, at, seq, ts: seq }
}

describe('compact', () => {
  it('merges tokens of a step across the events of other steps', () => {
    const merged = compact([token(1, 'a', 'x', 0), token(2, 'b', '1', 0), token(3, 'a', 'y', 1), token(4, 'b', '2', 1)])

    expect(merged).toEqual([
      { ...token(3, 'a', 'xy', 0), first_seq: 1 },
      { ...token(4, 'b', '12', 0), first_seq: 2 },
    ])
  })

  it('never merges across a further attempt of the step', () => {
    const again = { update_type: 'step_start', step_id: 'a', step_name: 'a', attempt: 2, seq: 2, ts: 2 } as const
    const events = [token(1, 'a', 'x', 0), again, { ...token(3, 'a', 'y', 0), attempt: 2 }] as RunEvent[]

    expect(compact(events)).toEqual(events)
  })

  it('does not merge tokens between which something is missing', () => {
    const events = [token(1, 'a', 'x', 0), token(5, 'a', 'y', 4)]

    expect(compact(events)).toEqual(events)
  })

  it('keeps the last progress of the run and of each step', () => {
    const progress = (seq: number, percentage: number, step_id?: string): RunEvent => ({
      update_type: 'progress',
      progress_percentage: percentage,
      message: null,
      seq,
      ts: 0,
      ...(step_id && { step_id }),
    })

    expect(compact([progress(1, 1), progress(2, 5, 'a'), progress(3, 2), progress(4, 6, 'a')])).toEqual([
      progress(3, 2),
      progress(4, 6, 'a'),
    ])
  })

  it('folds to the state that the whole log folds to', () => {
    fc.assert(
      fc.property(arbitraryRun(), (events) => {
        const initial = initialRunState('r')
        expect(foldBatch(initial, compact(events))).toEqual(foldBatch(initial, events))
      }),
    )
  })

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(arbitraryRun(), (events) => {
        const once = compact(events)
        expect(compact(once)).toEqual(once)
      }),
    )
  })

  it('keeps numbers rising and the last one in place', () => {
    fc.assert(
      fc.property(arbitraryRun(), (events) => {
        const seqs = compact(events).map(({ seq }) => seq)
        expect(seqs).toEqual([...seqs].sort((a, b) => a - b))
        expect(seqs.at(-1)).toBe(events.at(-1)?.seq)
      }),
    )
  })

  it('makes one event of 200,000 tokens', () => {
    const events = Array.from({ length: 200_000 }, (_, i) => token(i + 1, 'a', 'ab', i * 2))

    expect(compact(events)).toHaveLength(1)
  })
})
