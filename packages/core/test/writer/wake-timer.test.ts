import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { WakeTimer } from '../../src/writer/wake-timer.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('WakeTimer', () => {
  it('calls once, at the earliest of its deadlines', () => {
    const call = vi.fn()
    const timer = new WakeTimer(call)
    timer.at(500, 0)
    timer.at(100, 0)
    timer.at(300, 0)
    vi.advanceTimersByTime(99)
    expect(call).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1_000)

    expect(call).toHaveBeenCalledTimes(1)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('can be stopped and set again', () => {
    const call = vi.fn()
    const timer = new WakeTimer(call)
    timer.at(100, 0)
    timer.stop()
    vi.advanceTimersByTime(200)
    timer.at(300, 200)
    vi.advanceTimersByTime(100)

    expect(call).toHaveBeenCalledTimes(1)
  })
})
