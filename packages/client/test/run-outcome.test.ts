import type { RunEvent } from '@llmmon/core/protocol'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { RunOutcome } from '../src/run-outcome.js'

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

describe('RunOutcome', () => {
  it('resolves with the result', async () => {
    const outcome = new RunOutcome()
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
    const outcome = new RunOutcome()
    outcome.take(failed(code))

    await expect(outcome.promise).rejects.toMatchObject({ code: expected, message: 'why' })
  })

  it('waits a minute before it believes that a writer is gone, or until nothing will follow', async () => {
    const waited = new RunOutcome()
    waited.take(failed('abandoned'))
    const settled = vi.fn()
    waited.promise.catch(settled)
    await vi.advanceTimersByTimeAsync(59_999)
    expect(settled).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    const ended = new RunOutcome()
    ended.take(failed('abandoned'))
    ended.end()

    await expect(waited.promise).rejects.toMatchObject({ code: 'abandoned' })
    await expect(ended.promise).rejects.toMatchObject({ code: 'abandoned' })
  })

  it('forgets an abandonment when the writer proves to be alive', async () => {
    const outcome = new RunOutcome()
    outcome.take(failed('abandoned'))
    outcome.reset()
    await vi.advanceTimersByTimeAsync(120_000)
    outcome.take({ update_type: 'complete', status: 'completed', result: 'alive', seq: 9, ts: 0 })

    expect(await outcome.promise).toBe('alive')
  })

  it('rejects lost, refused and closed', async () => {
    const event = { update_type: 'error', status: 'error', error: 'e', ts: 0 } as const
    const [lost, refused, closed] = [new RunOutcome(), new RunOutcome(), new RunOutcome()]
    lost.fail({ ...event, code: 'lost' })
    refused.fail({ ...event, code: 'not_found' })
    closed.close()

    await expect(lost.promise).rejects.toMatchObject({ code: 'lost' })
    await expect(refused.promise).rejects.toMatchObject({ code: 'refused' })
    await expect(closed.promise).rejects.toMatchObject({ code: 'closed' })
  })
})
