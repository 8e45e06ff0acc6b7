import { afterEach, describe, expect, it, vi } from 'vitest'
import { createHandlerTable, MonitorHandlerTarget } from '../src/monitor-handlers.js'

afterEach(() => vi.restoreAllMocks())

const complete = { update_type: 'complete', status: 'completed', result: 1, seq: 1, ts: 0 } as const

describe('createHandlerTable', () => {
  it('calls who listens, each in a guard of its own', () => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const table = createHandlerTable()
    const other = vi.fn()
    table.add('onComplete', () => {
      throw new Error('mine')
    })
    table.add('onComplete', other)
    table.tell('onComplete', complete)
    table.tell('onComplete', complete)

    expect(other).toHaveBeenCalledTimes(2)
    expect(error).toHaveBeenCalledTimes(1)
    expect([table.hears('onComplete'), table.hears('onError')]).toEqual([true, false])
  })

  it('tells late comers of starts and ends until it is told to forget', async () => {
    const table = createHandlerTable()
    table.tell('onComplete', complete)
    const late = vi.fn()
    table.add('onComplete', late)
    await Promise.resolve()
    expect(late).toHaveBeenCalledTimes(1)
    table.forget()
    const later = vi.fn()
    table.add('onComplete', later)
    await Promise.resolve()

    expect(later).not.toHaveBeenCalled()
  })

  it('has one assigned handler of a kind, beside those that were added', () => {
    const table = createHandlerTable()
    const [added, first, second] = [vi.fn(), vi.fn(), vi.fn()]
    table.add('onComplete', added)
    table.assign('onComplete', first)
    table.assign('onComplete', second)
    table.tell('onComplete', complete)
    table.assign('onComplete', null)
    table.tell('onComplete', complete)

    expect([added, first, second].map((fn) => fn.mock.calls.length)).toEqual([2, 0, 1])
  })
})

describe('MonitorHandlerTarget', () => {
  it('has a property for every kind of event that can be called and assigned', () => {
    class Target extends MonitorHandlerTarget {
      tellAll(): void {
        this.handlers.tell('onComplete', complete)
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
