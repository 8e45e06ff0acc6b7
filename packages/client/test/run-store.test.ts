import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createRunStore } from '../src/run-store.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const start = { update_type: 'start', status: 'started', metadata: {}, seq: 1, ts: 0 } as const
const token = (seq: number) =>
  ({ update_type: 'token', channel: 'text', delta: 'ab', at: (seq - 2) * 2, seq, ts: 0 }) as const

describe('createRunStore', () => {
  it('gives the same snapshot until it tells of a new one, however fast tokens come', () => {
    const store = createRunStore('r')
    const told = vi.fn()
    store.subscribe(told)
    store.push([start], '5')
    expect(told).toHaveBeenCalledTimes(1)
    const before = store.getSnapshot()
    for (let seq = 2; seq < 10_002; seq += 1) store.push([token(seq)], '5')
    expect(store.getSnapshot()).toBe(before)
    vi.advanceTimersByTime(50)

    expect(told).toHaveBeenCalledTimes(2)
    expect(store.getSnapshot().text).toHaveLength(20_000)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('tells at once of what starts or ends something, with the tokens before it', () => {
    const store = createRunStore('r')
    store.push([start, token(2)], '5')
    store.push([token(3)], '5')
    store.push([{ update_type: 'complete', status: 'completed', result: 1, seq: 4, ts: 9 }], '5')

    expect(store.getSnapshot()).toMatchObject({ status: 'completed', text: 'abab', epoch: '5', stalled: false })
  })

  it('tells nobody who has left, and everybody though one throws', () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const store = createRunStore('r')
    const other = vi.fn()
    const leave = store.subscribe(() => {
      leave()
      throw new Error('mine')
    })
    store.subscribe(other)
    store.setStalled(true)
    store.setStalled(true)
    store.setStalled(false)

    expect(other).toHaveBeenCalledTimes(2)
    expect(console.error).toHaveBeenCalledTimes(1)
  })

  it('keeps its snapshot where a flush finds nothing', () => {
    const store = createRunStore('r')
    const told = vi.fn()
    store.subscribe(told)
    const before = store.getSnapshot()
    store.flush()

    expect([store.getSnapshot() === before, told.mock.calls.length]).toEqual([true, 0])
  })

  it('says nothing of a connection that stands as before', () => {
    const store = createRunStore('r')
    const told = vi.fn()
    store.subscribe(told)
    store.setConnection({ state: 'open' })
    store.setConnection({ state: 'open' })

    expect(told).toHaveBeenCalledTimes(1)
  })

  it('keeps the end a run has had, should the server refuse it later', () => {
    const store = createRunStore('r')
    store.push([start, { update_type: 'complete', status: 'completed', result: 1, seq: 2, ts: 9 }], '5')
    store.fail({ update_type: 'error', status: 'error', error: 'no', ts: 10 })

    expect(store.getSnapshot()).toMatchObject({ status: 'completed', error: null })
  })

  it('goes on after an event that cannot be folded', () => {
    const store = createRunStore('r')
    const broken = { ...start, truncated: 7 as never }
    expect(() => store.push([broken], '5')).toThrow(TypeError)
    store.push([{ ...start, seq: 2 }], '5')

    expect(store.getSnapshot()).toMatchObject({ status: 'running', seq: 2 })
  })
})
