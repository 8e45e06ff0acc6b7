import { afterEach, describe, expect, it, vi } from 'vitest'
import { createListeners } from '../src/listeners.js'

afterEach(() => vi.restoreAllMocks())

describe('createListeners', () => {
  it('tells everybody though one throws, and reports that once', () => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const list = createListeners<string>('onGuest')
    const other = vi.fn()
    list.add(() => {
      throw new Error('mine')
    })
    list.add(other)
    list.tell('one')
    list.tell('two')

    expect(other.mock.calls).toEqual([['one'], ['two']])
    expect(error.mock.calls).toEqual([['llmmon: a function given to onGuest threw:', new Error('mine')]])
  })

  it('keeps the same function twice apart', () => {
    const list = createListeners('onGuest')
    const twice = vi.fn()
    const leave = list.add(twice)
    list.add(twice)
    leave()
    leave()
    list.tell()

    expect([twice.mock.calls.length, list.count()]).toEqual([1, 1])
  })

  it('tells nobody who has left meanwhile, nor who has come meanwhile', () => {
    const list = createListeners('onGuest')
    const [late, gone] = [vi.fn(), vi.fn()]
    list.add(() => {
      leave()
      list.add(late)
    })
    const leave = list.add(gone)
    list.tell()

    expect([late, gone].map((fn) => fn.mock.calls.length)).toEqual([0, 0])
  })

  it('tells of the past once this task is done, unless all were taken off', async () => {
    const list = createListeners<string>('onGuest', true)
    list.tell('past')
    const late = vi.fn()
    list.add(late)
    expect(late).not.toHaveBeenCalled()
    await Promise.resolve()
    expect(late.mock.calls).toEqual([['past']])
    list.add(late)
    list.clear()
    await Promise.resolve()

    expect(late).toHaveBeenCalledTimes(1)
  })

  it('forgets the past when it is told to', async () => {
    const list = createListeners<string>('onGuest', true)
    list.tell('past')
    list.forget()
    const late = vi.fn()
    list.add(late)
    await Promise.resolve()

    expect(late).not.toHaveBeenCalled()
  })

  it('has one assigned function, beside those that were added', () => {
    const list = createListeners('onGuest')
    const [added, first, second] = [vi.fn(), vi.fn(), vi.fn()]
    list.add(added)
    list.assign(first)
    list.assign(second)
    list.tell()
    list.assign(null)
    list.tell()

    expect([added, first, second].map((fn) => fn.mock.calls.length)).toEqual([2, 0, 1])
  })

  it('refuses what is no function, and says where it was given', () => {
    expect(() => createListeners('onGuest').add(7 as never)).toThrow(/onGuest to be given a function; got number/)
  })
})
