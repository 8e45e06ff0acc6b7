import { arbitraryRun } from '@llmmon/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RunEvent } from '../../src/protocol/index.js'
import { compact, compactChunks, fold, foldBatch, initialRunState } from '../../src/state/index.js'

const start = { update_type: 'start', status: 'started', metadata: { user: 7 }, seq: 1, ts: 10 } as const
const stepStart = { update_type: 'step_start', step_id: 'a', step_name: 'digest', kind: 'llm', seq: 2, ts: 11 } as const
const token = { update_type: 'token', step_id: 'a', channel: 'text', delta: 'Hello', at: 0, seq: 3, ts: 12 } as const

function folded(...events: RunEvent[]) {
  return foldBatch(initialRunState('r'), events)
}

describe('fold', () => {
  it('takes everything a start tells', () => {
    const state = fold(initialRunState('r'), {
      ...start,
      chain: 'summarise',
      tags: ['x'],
      total_steps: 2,
      parent: { run_id: 'p' },
    })

    expect(state).toMatchObject({
      status: 'running',
      chain: 'summarise',
      tags: ['x'],
      totalSteps: 2,
      parent: { runId: 'p', stepId: null },
      metadata: { user: 7 },
      startedAt: 10,
      seq: 1,
    })
  })

  it('shows the text of the last-started step that has some', () => {
    const second = { ...stepStart, step_id: 'b', seq: 4 }

    expect(folded(start, stepStart, token, second).text).toBe('Hello')
    expect(folded(start, stepStart, token, second, { ...token, step_id: 'b', delta: 'Later', seq: 5 }).text).toBe(
      'Later',
    )
  })

  it("prefers the run's own text to that of its steps", () => {
    const own = { update_type: 'token', channel: 'text', delta: 'Run', at: 0, seq: 4, ts: 13 } as const

    expect(folded(start, stepStart, token, own).text).toBe('Run')
  })

  it('starts a further attempt with empty text and ignores late tokens of the one before', () => {
    const again = { ...stepStart, attempt: 2, seq: 4 }
    const state = folded(start, stepStart, token, again, { ...token, delta: ' world', at: 5, seq: 5 })

    expect(state.steps).toHaveLength(1)
    expect(state.steps[0]).toMatchObject({ attempt: 2, text: '', status: 'running' })
  })

  it('ends a step with its result, usage and error', () => {
    const end = {
      update_type: 'step',
      step_name: 'digest',
      step_id: 'a',
      progress_percentage: 50,
      intermediate_result: null,
      step_status: 'error',
      error: 'broken',
      code: 'E1',
      usage: { input_tokens: 3, output_tokens: 4 },
      seq: 3,
      ts: 20,
    } as const
    const state = folded(start, stepStart, end)

    expect(state).toMatchObject({ progress: 50, status: 'running', usage: { inputTokens: 3, outputTokens: 4 } })
    expect(state.steps[0]).toMatchObject({
      status: 'error',
      error: { message: 'broken', code: 'E1' },
      usage: { inputTokens: 3, outputTokens: 4 },
      endedAt: 20,
    })
  })

  it("understands the seed's bare steps, which have neither id nor start", () => {
    const bare = { update_type: 'step', step_name: 'one', progress_percentage: 50, intermediate_result: 'x' } as const
    const state = folded(start, { ...bare, seq: 2, ts: 11 }, { ...bare, step_name: 'two', seq: 3, ts: 12 })

    expect(state.steps.map(({ name, status, result }) => [name, status, result])).toEqual([
      ['one', 'completed', 'x'],
      ['two', 'completed', 'x'],
    ])
  })

  it('tells the three ends apart', () => {
    const complete = { update_type: 'complete', status: 'completed', result: [1], seq: 2, ts: 30 } as const
    const error = { update_type: 'error', status: 'error', error: 'no', code: 'timeout', seq: 2, ts: 30 } as const
    const cancelled = { update_type: 'cancelled', status: 'cancelled', reason: 'user', seq: 2, ts: 30 } as const

    expect(folded(start, complete)).toMatchObject({ status: 'completed', result: [1], progress: 100, endedAt: 30 })
    expect(folded(start, error)).toMatchObject({ status: 'error', error: { message: 'no', code: 'timeout' } })
    expect(folded(start, cancelled)).toMatchObject({
      status: 'cancelled',
      error: { message: 'user', code: 'cancelled' },
    })
  })

  it('is cancelling from the request until the end', () => {
    const requested = { update_type: 'cancel_requested', reason: null, seq: 2, ts: 11 } as const
    const complete = { update_type: 'complete', status: 'completed', result: null, seq: 3, ts: 12 } as const

    expect(folded(start, requested).cancelling).toBe(true)
    expect(folded(start, requested, complete)).toMatchObject({ cancelling: false, status: 'completed' })
  })

  it('gives the same object back for an event it has seen', () => {
    const state = folded(start, stepStart)

    expect(fold(state, start)).toBe(state)
    expect(foldBatch(state, [])).toBe(state)
  })

  it('counts an event of an unknown type and changes nothing else', () => {
    const state = folded(start)
    const after = fold(state, { update_type: 'from-tomorrow', seq: 2, ts: 11 } as unknown as RunEvent)

    expect(after).toEqual({ ...state, seq: 2 })
  })

  it('does not change what it was given, and keeps what an event does not touch', () => {
    const before = folded(start, stepStart, { ...stepStart, step_id: 'b', seq: 3 })
    const copy = structuredClone(before)
    const after = fold(before, { ...token, seq: 4 })

    expect(before).toEqual(copy)
    expect(after.steps[1]).toBe(before.steps[1])
    expect(fold(before, { update_type: 'custom', name: 'n', data: 1, seq: 4, ts: 1 }).steps).toBe(before.steps)
  })

  it('names what was cut, and how much was dropped', () => {
    const state = folded({ ...start, dropped: 2 }, { ...token, seq: 2, truncated: ['text'] })

    expect(state).toMatchObject({ dropped: 2, truncated: ['a.text'] })
  })
})

describe('foldBatch', () => {
  it('gives what folding one by one gives', () => {
    fc.assert(
      fc.property(arbitraryRun(), (events) => {
        expect(foldBatch(initialRunState('r'), events)).toEqual(events.reduce(fold, initialRunState('r')))
      }),
    )
  })

  it('gives the same state however the log is split and repeated', () => {
    fc.assert(
      fc.property(arbitraryRun(), fc.array(fc.nat()), (events, cuts) => {
        let state = initialRunState('r')
        for (const cut of cuts) {
          const end = Math.min(events.length, state.seq + 1 + (cut % 7))
          state = foldBatch(state, events.slice(Math.max(0, state.seq - (cut % 5)), end))
        }
        state = foldBatch(state, events.slice(state.seq))
        expect(state).toEqual(foldBatch(initialRunState('r'), events))
      }),
    )
  })

  it('gives the same state when it resumes inside a compacted history', () => {
    fc.assert(
      fc.property(arbitraryRun(), fc.nat(), fc.nat(), (events, at, top) => {
        const seen = at % (events.length + 1)
        const compactedTo = Math.max(seen, top % (events.length + 1))
        const resumed = foldBatch(initialRunState('r'), events.slice(0, seen))
        const caughtUp = foldBatch(resumed, compact(events.slice(0, compactedTo)))

        expect(foldBatch(caughtUp, events)).toEqual(foldBatch(initialRunState('r'), events))
      }),
    )
  })

  it('gives the same state over a history compacted in chunks, followed raw from the end of any of them', () => {
    fc.assert(
      fc.property(arbitraryRun(120), fc.integer({ min: 100, max: 2_000 }), fc.nat(), (events, size, stop) => {
        const chunks = compactChunks(events, size)
        const taken = chunks.slice(0, stop % (chunks.length + 1)).flat()

        expect(foldBatch(foldBatch(initialRunState('r'), taken), events)).toEqual(
          foldBatch(initialRunState('r'), events),
        )
      }),
    )
  })
})

describe('without what it needs', () => {
  const nothing = undefined as never

  it.each([
    ['fold, no state', () => fold(nothing, start)],
    ['fold, no event', () => fold(initialRunState('r'), nothing)],
    ['foldBatch, no state', () => foldBatch(nothing, [])],
    ['foldBatch, no events', () => foldBatch(initialRunState('r'), nothing)],
    ['foldBatch, null', () => foldBatch(initialRunState('r'), [start, null as never])],
    ['compact, nothing', () => compact(nothing)],
    ['compact, a hole', () => compact([start, nothing])],
  ])('%s: says so', (_, call) => {
    expect(call).toThrow(
      expect.objectContaining({ code: 'invalid_argument', message: expect.stringMatching(/^Expected/) }),
    )
  })
})
