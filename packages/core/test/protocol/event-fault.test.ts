import { arbitraryRun } from '@llmmon/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compact, compactChunks, decodeBatch, foldBatch, initialRunState, type RunEvent } from '../../src/index.js'
import { eventFault } from '../../src/protocol/event-fault.js'

const at = { seq: 1, ts: 1 }
const token = { update_type: 'token', channel: 'text', delta: 'a', at: 0, ...at }
const step = { update_type: 'step', step_name: 's', progress_percentage: null, intermediate_result: null, ...at }
const start = { update_type: 'start', status: 'started', metadata: {}, ...at }

describe('eventFault', () => {
  it.each([
    [{ ...token, delta: undefined }, /delta/],
    [{ ...token, delta: 5 }, /delta/],
    [{ ...token, at: 'x' }, /at/],
    [{ ...token, at: -1 }, /at/],
    [{ ...token, channel: 'toString' }, /channel/],
    [{ ...token, cut: '2' }, /cut/],
    [{ ...token, first_seq: 0 }, /first_seq/],
    [{ ...token, step_id: 7 }, /step_id/],
    [{ ...token, attempt: 0 }, /attempt/],
    [{ ...token, ts: 'x' }, /ts/],
    [{ ...token, truncated: 'text' }, /truncated/],
    [{ ...token, dropped: '3' }, /dropped/],
    [{ update_type: 'progress', progress_percentage: '5', message: null, ...at }, /progress_percentage/],
    [{ update_type: 'progress', progress_percentage: 5, message: 5, ...at }, /message/],
    [{ update_type: 'step_start', step_name: 's', ...at }, /step_id/],
    [{ update_type: 'step_start', step_id: 's', ...at }, /step_name/],
    [{ ...step, progress_percentage: undefined }, /progress_percentage/],
    [{ ...step, step_name: null }, /step_name/],
    [{ ...step, parent_step_id: 1 }, /parent_step_id/],
    [{ ...step, kind: {} }, /kind/],
    [{ ...step, step_status: 1 }, /step_status/],
    [{ ...step, duration_ms: 'x' }, /duration_ms/],
    [{ ...step, usage: null }, /usage/],
    [{ ...step, error: {} }, /error/],
    [{ update_type: 'custom', name: 5, data: 1, ...at }, /name/],
    [{ ...start, metadata: undefined }, /metadata/],
    [{ ...start, chain: 1 }, /chain/],
    [{ ...start, tags: 'a' }, /tags/],
    [{ ...start, total_steps: '2' }, /total_steps/],
    [{ ...start, parent: { step_id: 's' } }, /parent/],
    [{ update_type: 'error', status: 'error', ...at }, /error/],
    [{ update_type: 'complete', result: 1, usage: 5, ...at }, /usage/],
    [{ update_type: 'cancelled', reason: 1, ...at }, /reason/],
  ])('names what is wrong with %j', (event, fault) => {
    expect(eventFault(event)).toMatch(fault)
    const batch = { type: 'events', run_id: 'r', epoch: '1', from: 1, to: 1, events: [event] }
    expect(() => decodeBatch(JSON.stringify(batch))).toThrow(fault)
  })

  it('finds nothing wrong with unknown types and fields, nor with what may be left out', () => {
    expect(eventFault({ update_type: 'later', delta: 5, ...at })).toBeUndefined()
    expect(eventFault({ ...token, later: { at: 'x' } })).toBeUndefined()
    for (const event of [token, step, start]) expect(eventFault(event)).toBeUndefined()
    expect(eventFault({ update_type: 'cancelled', status: 'cancelled', ...at })).toBeUndefined()
  })

  it('finds nothing wrong with what a writer writes', () => {
    fc.assert(
      fc.property(arbitraryRun(), (events) => {
        for (const event of events) expect(eventFault({ ...event })).toBeUndefined()
      }),
    )
  })

  it('leaves nothing that folding or compacting stumbles over', () => {
    const junk = fc.oneof(
      fc.constant(undefined),
      fc.constant(null),
      fc.string(),
      fc.integer(),
      fc.constant({}),
      fc.constant([]),
    )
    const known = ['start', 'step_start', 'step', 'token', 'progress', 'custom', 'complete', 'error', 'cancelled', 'x']
    const names = [
      'step_id',
      'step_name',
      'attempt',
      'channel',
      'delta',
      'at',
      'cut',
      'usage',
      'metadata',
      'tags',
      'parent',
    ]
    const more = [
      'error',
      'code',
      'reason',
      'message',
      'progress_percentage',
      'truncated',
      'dropped',
      'name',
      'ts',
      'kind',
    ]
    const fields = Object.fromEntries([...names, ...more].map((name) => [name, junk]))
    const event = fc.record({ ...fields, update_type: fc.constantFrom(...known) })
    const likely = fc.oneof(
      event,
      event.map((fields) => ({ ...fields, ...token })),
      event.map((fields) => ({ ...fields, ts: 1, delta: 'a', at: 0, truncated: undefined, dropped: undefined })),
    )
    fc.assert(
      fc.property(fc.array(likely, { minLength: 1, maxLength: 6 }), (many) => {
        const events = many.map((fields, i) => ({ ...fields, seq: i + 1 }))
        if (events.some((fields) => eventFault(fields) !== undefined)) return
        const sound = events as unknown as RunEvent[]
        foldBatch(initialRunState('r'), sound)
        foldBatch(initialRunState('r'), compact(sound))
        compactChunks(sound, 10)
      }),
      { numRuns: 2_000 },
    )
  })
})
