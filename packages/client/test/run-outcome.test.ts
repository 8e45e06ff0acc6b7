import type { RunEvent } from '@llmmon/core/protocol'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createRunOutcome } from '../src/run-outcome.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const failed = (code: string): RunEvent => ({
  update_type: 'error',
  status: 'error',
  error: 'why',
  code,
  seq: 1,
  ts: 0,
})

describe('createRunOutcome', () => {
  it('resolves with the result', async () => {
    const outcome = createRunOutcome()
    outcome.take({ update_type: 'custom', name: 'n', data: 1, seq: 1, ts: 0 })
    outcome.take({ update_type: 'complete', status: 'completed', result: [1], seq: 2, ts: 0 })

    expect(await outcome.promise).toEqual([1])
  })

  it.each([
    ['run_failed', 'run_failed'],
    ['E42', 'run_failed'],
    ['cancelled', 'cancelled'],
    ['lost', 'lost'],
    ['timeout', 'timeout'],
  ])('of an error with code %s rejects %s', async (code, expected) => {
    const outcome = createRunOutcome()
    outcome.take(failed(code))

    await expect(outcome.promise).rejects.toMatchObject({ code: expected, message: 'why' })
  })

  it('waits a minute before it believes that a writer is gone, or until nothing will follow', async () => {
    const waited = createRunOutcome()
    waited.take(failed('abandoned'))
    const settled = vi.fn()
    waited.promise.catch(settled)
    await vi.advanceTimersByTimeAsync(59_999)
    expect(settled).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    const ended = createRunOutcome()
    ended.take(failed('abandoned'))
    ended.end()

    await expect(waited.promise).rejects.toMatchObject({ code: 'abandoned' })
    await expect(ended.promise).rejects.toMatchObject({ code: 'abandoned' })
  })

  it('forgets an abandonment when the writer proves to be alive', async () => {
    const outcome = createRunOutcome()
    outcome.take(failed('abandoned'))
    outcome.reset()
    await vi.advanceTimersByTimeAsync(120_000)
    outcome.take({ update_type: 'complete', status: 'completed', result: 'alive', seq: 9, ts: 0 })

    expect(await outcome.promise).toBe('alive')
  })

  it('rejects with what it is told, once', async () => {
    const outcome = createRunOutcome()
    outcome.take(failed('abandoned'))
    outcome.fail('refused', 'not for you')
    outcome.fail('closed', 'too late')
    outcome.end()

    await expect(outcome.promise).rejects.toMatchObject({ code: 'refused', message: 'not for you' })
    expect(vi.getTimerCount()).toBe(0)
  })
})
