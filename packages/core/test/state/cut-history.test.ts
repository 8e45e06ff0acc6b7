import { describe, expect, it } from 'vitest'
import type { RunEvent } from '../../src/protocol/index.js'
import { cutHistory, foldBatch, initialRunState } from '../../src/state/index.js'

const long = 'x'.repeat(1_000)
const events: RunEvent[] = [
  { update_type: 'start', status: 'started', metadata: {}, seq: 1, ts: 0 },
  { update_type: 'token', channel: 'text', delta: long, at: 0, seq: 2, ts: 0 },
  { update_type: 'custom', name: 'a', data: long, seq: 3, ts: 0 },
  { update_type: 'step', step_name: 's', progress_percentage: null, intermediate_result: long, seq: 4, ts: 0 },
  { update_type: 'token', channel: 'text', delta: 'end', at: 1_000, seq: 5, ts: 0 },
  { update_type: 'complete', status: 'completed', result: long, seq: 6, ts: 0 },
]

describe('cutHistory', () => {
  it('leaves a history alone that fits', () => {
    expect(cutHistory(events, 1_000_000)).toEqual(events)
  })

  it('gives up the oldest payload first, with a mark', () => {
    const cut = cutHistory(events, JSON.stringify(events).length - 500)

    expect(cut[2]).toMatchObject({ data: null, truncated: ['data'] })
    expect(cut[3]).toEqual(events[3])
  })

  it('then cuts the oldest text to a mark of known length, so that later text still finds its place', () => {
    const cut = cutHistory(events, 1_500)

    expect(cut[1]).toMatchObject({ delta: '', cut: 1_000, truncated: ['text'] })
    expect(foldBatch(initialRunState('r'), cut)).toMatchObject({
      text: 'end',
      truncated: ['text', 'data', 'intermediate_result'],
    })
  })

  it('keeps every number, the result and the end', () => {
    const cut = cutHistory(events, 10)

    expect(cut.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6])
    expect(cut[5]).toEqual(events[5])
  })
})
