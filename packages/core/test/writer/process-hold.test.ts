import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ProcessHold } from '../../src/writer/process-hold.js'

let made: NodeJS.Timeout | undefined

beforeEach(() => {
  vi.useFakeTimers()
  const { setTimeout } = globalThis
  made = undefined
  vi.spyOn(globalThis, 'setTimeout').mockImplementation(((call: () => void, ms: number) => {
    made = setTimeout(call, ms)
    return made
  }) as typeof setTimeout)
})

afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

const holds = () => vi.getTimerCount() > 0 && made?.hasRef() === true

describe('ProcessHold', () => {
  it('holds while something waits, and with one timer', () => {
    const hold = new ProcessHold()
    hold.want()
    expect(holds()).toBe(true)
    hold.release()
    expect(holds()).toBe(false)
    hold.want()
    expect(holds()).toBe(true)
    expect(vi.getTimerCount()).toBe(1)
    hold.stop()

    expect(vi.getTimerCount()).toBe(0)
  })

  it('lets go when nothing gets on any more, and holds again when something does', () => {
    const hold = new ProcessHold()
    hold.want()
    vi.advanceTimersByTime(2_000)
    hold.want()
    vi.advanceTimersByTime(2_000)
    expect(holds()).toBe(true)
    vi.advanceTimersByTime(3_000)
    expect(holds()).toBe(false)
    hold.want()

    expect(holds()).toBe(true)
    hold.stop()
  })

  it('leaves no timer where timers do not hold a process', () => {
    vi.spyOn(globalThis, 'setTimeout').mockReturnValue(7 as unknown as NodeJS.Timeout)
    const clear = vi.spyOn(globalThis, 'clearTimeout')
    new ProcessHold().want()

    expect(clear).toHaveBeenCalledWith(7)
  })
})
