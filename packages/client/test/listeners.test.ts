import { afterEach, describe, expect, it, vi } from 'vitest'
import { createListeners } from '../src/listeners.js'

afterEach(() => vi.restoreAllMocks())

describe('createListeners', () => {
  it('tells everybody though one throws, and reports that once', () => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const list = createListeners<string>('a guest')
    const other = vi.fn()
    list.add(() => {
      throw new Error('mine')
    })
    list.add(other)
    list.tell('one')
    list.tell('two')

    expect(other.mock.calls).toEqual([['one'], ['two']])
    expect(error.mock.calls).toEqual([['llmmon: a guest threw:', new Error('mine')]])
  })

  it('keeps the same function twice apart', () => {
    const list = createListeners('a guest')
    const twice = vi.fn()
    const leave = list.add(twice)
    list.add(twice)
    leave()
    leave()
    list.tell()

    expect([twice.mock.calls.length, list.count()]).toEqual([1, 1])
  })

  it('tells nobody who has left meanwhile, nor who has come meanwhile', () => {
    const list = createListeners('a guest')
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
    const list = createListeners<string>('a guest')
    const late = vi.fn()
    list.add(late, 'past')
    expect(late).not.toHaveBeenCalled()
    await Promise.resolve()
    expect(late.mock.calls).toEqual([['past']])
    list.add(late, 'past')
    list.clear()
    await Promise.resolve()

    expect(late).toHaveBeenCalledTimes(1)
  })
})
