import { describe, expect, it } from 'vitest'
import { noticeOf } from '../src/run-notice.js'
import { seenRun, seenStep } from './seen-run.js'

const cut = { state: 'waiting', reason: null, retryAt: 0, continuity: true } as const

describe('noticeOf', () => {
  it.each([
    [{ status: 'error', error: { message: 'no', code: null }, endedAt: 2 }, 'error', 'no'],
    [
      { status: 'cancelled', error: { message: 'enough', code: 'cancelled' }, endedAt: 2 },
      'stopped',
      'Stopped: enough',
    ],
    [{ status: 'completed', endedAt: 2, connection: cut }, 'none', ''],
    [{ connection: { ...cut, state: 'refused', reason: 'go away' } }, 'error', 'go away'],
    [{ connection: cut, stalled: true }, 'reconnecting', 'The connection is lost'],
    [{ connection: { ...cut, state: 'connecting' } }, 'reconnecting', 'The connection is lost'],
    [{ connection: { ...cut, state: 'connecting' }, seq: 0 }, 'progress', ''],
    [{ stalled: true }, 'stalled', 'no sign of life'],
    [{ status: 'pending', seq: 0 }, 'pending', 'Nobody has taken it up'],
    [{ message: 'half of it' }, 'progress', 'half of it'],
    [{ steps: [seenStep()] }, 'progress', 'split …'],
    [{ message: 'half of it', steps: [seenStep({ message: 'page 3' })] }, 'progress', 'page 3'],
    [{ steps: [seenStep({ message: 'page 3', status: 'completed' })] }, 'progress', ''],
  ] as const)('of %j is %s', (run, kind, text) => {
    const notice = noticeOf(seenRun(run))

    expect(notice.kind).toBe(kind)
    expect(notice.text).toContain(text)
  })

  it('asks for a run that it has seen end', () => {
    const known = { runId: 'run-1', title: '', end: { status: 'completed', tookMs: 1 } } as const

    expect(noticeOf(seenRun({ status: 'pending' }), known).text).toContain('It is over')
  })
})
