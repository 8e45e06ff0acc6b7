import { afterEach, describe, expect, it, vi } from 'vitest'
import { HandlerTable, MonitorHandlerTarget } from '../src/monitor-handlers.js'

afterEach(() => vi.restoreAllMocks())

const complete = { update_type: 'complete', status: 'completed', result: 1, seq: 1, ts: 0 } as const

describe('HandlerTable', () => {
  it('calls who listens, each in a guard of its own', () => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const table = new HandlerTable()
    const other = vi.fn()
    table.on('complete', () => {
      throw new Error('mine')
    })
    table.on('complete', other)
    table.tell('complete', complete)
    table.tell('complete', complete)

    expect(other).toHaveBeenCalledTimes(2)
    expect(error).toHaveBeenCalledTimes(1)
    expect([table.hears('complete'), table.hears('error')]).toEqual([true, false])
  })

  it('tells late comers of starts and ends until it is told to forget', async () => {
    const table = new HandlerTable()
    table.tell('complete', complete)
    const late = vi.fn()
    table.on('complete', late)
    await Promise.resolve()
    expect([late.mock.calls.length, table.hasTold('complete')]).toEqual([1, true])
    table.forget()
    const later = vi.fn()
    table.on('complete', later)
    await Promise.resolve()

    expect([later.mock.calls.length, table.hasTold('complete')]).toEqual([0, false])
  })

  it('has one assigned handler of a kind, beside those that were added', () => {
    const table = new HandlerTable()
    const [added, first, second] = [vi.fn(), vi.fn(), vi.fn()]
    table.on('complete', added)
    table.assign('complete', first)
    table.assign('complete', second)
    table.tell('complete', complete)
    table.assign('complete', null)
    table.tell('complete', complete)

    expect([added, first, second].map((fn) => fn.mock.calls.length)).toEqual([2, 0, 1])
  })
})

describe('MonitorHandlerTarget', () => {
  it('has a property for every kind of event that can be called and assigned', () => {
    class Target extends MonitorHandlerTarget {
      tellAll(): void {
        this.handlers.tell('complete', complete)
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
