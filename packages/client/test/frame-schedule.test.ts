import { afterEach, describe, expect, it, vi } from 'vitest'
import { nextFrame } from '../src/frame-schedule.js'

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('nextFrame', () => {
  it('waits for the next frame of a page that is seen', () => {
    let draw: (() => void) | undefined
    vi.stubGlobal('document', { visibilityState: 'visible' })
    vi.stubGlobal('requestAnimationFrame', (callback: () => void) => {
      draw = callback
      return 7
    })
    const cancel = vi.fn()
    vi.stubGlobal('cancelAnimationFrame', cancel)
    const callback = vi.fn()
    const callOff = nextFrame(callback)
    draw?.()
    callOff()

    expect(callback).toHaveBeenCalledTimes(1)
    expect(cancel).toHaveBeenCalledWith(7)
  })

  it('uses a timer where nothing is drawn: a hidden tab may stop rendering, never lose', () => {
    vi.useFakeTimers()
    vi.stubGlobal('document', { visibilityState: 'hidden' })
    vi.stubGlobal('requestAnimationFrame', () => expect.unreachable())
    const callback = vi.fn()
    nextFrame(callback)
    nextFrame(callback)()
    vi.advanceTimersByTime(50)

    expect(callback).toHaveBeenCalledTimes(1)
  })
})
