import { describe, expect, it, vi } from 'vitest'
import { createHandlerTable, MonitorHandlerTarget } from '../src/monitor-handlers.js'

const complete = { update_type: 'complete', status: 'completed', result: 1, seq: 1, ts: 0 } as const

describe('createHandlerTable', () => {
  it('tells late comers of starts and ends, and of nothing else', async () => {
    const table = createHandlerTable()
    const late = vi.fn()
    table.onComplete.tell(complete)
    table.onEvent.tell(complete)
    table.onComplete.add(late)
    table.onEvent.add(late)
    await Promise.resolve()

    expect(late.mock.calls).toEqual([[complete]])
    expect([table.onComplete.count(), table.onError.count()]).toEqual([1, 0])
  })
})

describe('MonitorHandlerTarget', () => {
  it('has a property for every kind of event that can be called and assigned', () => {
    class Target extends MonitorHandlerTarget {
      tellAll(): void {
        this.handlers.onComplete.tell(complete)
      }
    }
    const target = new Target()
    const [called, assigned] = [vi.fn(), vi.fn()]
    target.onComplete(called)
    target.onComplete = assigned
    target.tellAll()
    const names = [
      'Start',
      'StepStart',
      'Step',
      'Token',
      'Progress',
      'Custom',
      'Complete',
      'Error',
      'Cancelled',
      'Reset',
      'Event',
    ]

    expect([called.mock.calls.length, assigned.mock.calls.length]).toEqual([1, 1])
    for (const name of names) expect((target as unknown as Record<string, unknown>)[`on${name}`]).toBeTypeOf('function')
  })
})
