import { decodeBatch, encodeBatch, fold, initialRunState, isTerminal, type RunEvent } from '@llmmon/core'
import { arbitraryRun } from '@llmmon/testkit'
import fc from 'fast-check'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { SharedBatch } from '../src/shared-batch.js'
import { View, type ViewHook } from '../src/view.js'

const report = vi.fn()
const start = {
  update_type: 'start',
  status: 'started',
  metadata: { secret: 1 },
  chain: 'c',
  tags: ['t'],
  seq: 1,
  ts: 1,
}
const stepStart = { update_type: 'step_start', step_id: 's', step_name: 'think', kind: 'llm', seq: 2, ts: 2 }
const token = { update_type: 'token', channel: 'text', delta: 'ab', at: 0, step_id: 's', seq: 3, ts: 3 }
const progress = { update_type: 'progress', progress_percentage: 50, message: 'half', seq: 4, ts: 4 }
const step = {
  update_type: 'step',
  step_name: 'think',
  progress_percentage: 50,
  intermediate_result: 'deep',
  step_id: 's',
  step_status: 'completed',
  seq: 5,
  ts: 5,
}
const complete = { update_type: 'complete', status: 'completed', result: 'all', usage: { tokens: 1 }, seq: 6, ts: 6 }
const all = [start, stepStart, token, progress, step, complete]

function batch(events: readonly object[]): SharedBatch {
  const list = events as RunEvent[]
  const span = { from: list[0]?.seq ?? 1, to: list.at(-1)?.seq ?? 1 }
  const closes = isTerminal(list.at(-1) as RunEvent)
  return new SharedBatch(encodeBatch({ type: 'events', run_id: 'r', epoch: '5', ...span, events: list }, closes))
}

function seen(hook: ViewHook, events: readonly object[] = all): RunEvent[] {
  return [...decodeBatch(new View(hook, 'guest', report).of(batch(events)).text).events]
}

beforeEach(() => void report.mockClear())

describe('View', () => {
  it('passes the same batch where everything may be seen', () => {
    const whole = batch(all)

    expect(new View((event) => event, 'guest', report).of(whole)).toBe(whole)
    expect(new View((event) => ({ ...event }), 'guest', report).of(whole)).toBe(whole)
  })

  it('asks with the audience and a copy: what the hook does to it in place is seen, and by this audience only', () => {
    const whole = batch([complete])
    const audiences: string[] = []
    const hide = new View(
      (event, audience) => {
        audiences.push(audience)
        if (event.update_type === 'complete') (event as { result: unknown }).result = 'hidden'
        return event
      },
      'guest',
      report,
    )

    expect(decodeBatch(hide.of(whole).text).events).toMatchObject([{ result: 'hidden', seq: 6 }])
    expect(decodeBatch(new View((event) => event, 'staff', report).of(whole).text).events).toEqual([complete])
    expect(audiences).toEqual(['guest'])
  })

  it('drops what the hook drops, but leaves the bare fact of a start and an end', () => {
    expect(seen(() => null)).toEqual([
      { update_type: 'start', status: 'started', metadata: {}, seq: 1, ts: 1 },
      { update_type: 'complete', status: 'completed', result: null, seq: 6, ts: 6 },
    ])
    expect(report).not.toHaveBeenCalled()
  })

  it.each([
    ['error', { update_type: 'error', status: 'error', error: 'key sk-1', code: 'timeout', seq: 1, ts: 1 }, 'timeout'],
    ['cancelled', { update_type: 'cancelled', status: 'cancelled', reason: 'why', seq: 1, ts: 1 }, undefined],
  ])('tells that a run ended with %s, not why', (_, event, code) => {
    const [bare] = seen(() => undefined, [event])

    expect(JSON.stringify(bare)).not.toMatch(/sk-1|why/)
    expect(bare).toMatchObject({ update_type: event.update_type, status: event.status, seq: 1, ...(code && { code }) })
  })

  it('keeps the span of a batch, with something at its end that receivers only count', () => {
    const view = new View(() => null, 'guest', report)
    const made = view.of(batch([stepStart, token, progress]))

    expect([made.from, made.to, made.epoch, made.closes]).toEqual([2, 4, '5', false])
    expect(decodeBatch(made.text).events).toEqual([{ update_type: 'withheld', seq: 4, ts: 4 }])
  })

  it('replaces payloads', () => {
    const events = seen((event) => {
      if (event.update_type === 'step') return { ...event, step_name: 'a step', intermediate_result: null }
      if (event.update_type === 'start') return { ...event, metadata: {}, tags: [] }
      return event
    })

    expect(events[0]).toEqual({ ...start, metadata: {}, tags: [] })
    expect(events[4]).toEqual({ ...step, step_name: 'a step', intermediate_result: null })
    expect(report).not.toHaveBeenCalled()
  })

  it.each([
    ['another number', { seq: 4 }],
    ['another type', { update_type: 'custom' }],
    ['another time', { ts: 0 }],
    ['another step', { step_id: 'other' }],
    ['another end of the step', { step_status: 'error' }],
    ['another parent', { parent_step_id: 'p' }],
    ['no step', { step_id: undefined }],
    ['a name that is none', { step_name: 7 }],
    ['no result', { intermediate_result: undefined }],
  ])('withholds an event to which the hook gives %s, and reports it', (_, change) => {
    const events = seen((event) => ({ ...event, ...change }) as RunEvent, [step])

    expect(events).toEqual([{ update_type: 'withheld', seq: 5, ts: 5 }])
    expect(report).toHaveBeenCalledTimes(1)
    expect(JSON.stringify(report.mock.calls)).not.toContain('deep')
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('x')
      },
    ],
    ['gives a circle', (event: RunEvent) => Object.assign(event, { self: event })],
    ['gives a number JSON has not', (event: RunEvent) => ({ ...event, result: 1n })],
    ['gives a text', () => 'event'],
    ['gives a promise', async (event: RunEvent) => event],
  ] as [string, ViewHook][])('fails closed where the hook %s', (_, hook) => {
    expect(JSON.stringify(seen(hook))).not.toMatch(/secret|think|deep|half|"ab"|all/)
    expect(report).toHaveBeenCalled()
  })

  it('passes or drops tokens whole, and nothing of a text after what was dropped of it', () => {
    const tokens = [0, 2, 4].map((at, i) => ({ ...token, at, seq: 3 + i, delta: 'ab' }))
    const view = new View(
      (event) => (event.seq === 4 ? null : event.seq === 6 ? ({ ...event, delta: 'x' } as RunEvent) : event),
      'guest',
      report,
    )
    const other = { ...token, step_id: 't', seq: 6 }
    const kept = [...tokens, other, { ...token, step_id: 'u', seq: 7 }].map((event) => view.of(batch([event])))

    expect(kept.map(({ events }) => events.map(({ update_type }) => update_type))).toEqual([
      ['token'],
      ['withheld'],
      ['withheld'],
      ['withheld'],
      ['token'],
    ])
    expect(report).toHaveBeenCalledTimes(1)
    view.clear()
    expect(view.of(batch([{ ...tokens[2], seq: 9 }])).events).toMatchObject([{ update_type: 'token' }])
  })

  it('gives batches that a receiver takes and whose run ends as it did, whatever the hook does', () => {
    const change = fc.constantFrom('pass', 'drop', 'throw', 'number', 'type', 'payload', 'junk')
    fc.assert(
      fc.property(arbitraryRun(), fc.array(change, { minLength: 1 }), (events, changes) => {
        let i = 0
        const view = new View(
          (event) => {
            const what = changes[i++ % changes.length]
            if (what === 'drop') return null
            if (what === 'throw') throw new Error('x')
            if (what === 'number') return { ...event, seq: event.seq + 1 }
            if (what === 'type') return { ...event, update_type: 'complete' } as RunEvent
            if (what === 'payload') return Object.assign(event, { extra: 'more' })
            return what === 'junk' ? (7 as never) : event
          },
          'guest',
          report,
        )
        const made = view.of(batch(events))
        const shown = decodeBatch(made.text).events

        expect([made.from, made.to]).toEqual([events[0]?.seq, events.at(-1)?.seq])
        const state = shown.reduce(fold, initialRunState('r'))
        const whole = events.reduce(fold, initialRunState('r'))
        expect([state.status, state.seq]).toEqual([whole.status, whole.seq])
      }),
    )
  })
})
