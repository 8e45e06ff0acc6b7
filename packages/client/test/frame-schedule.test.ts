import { afterEach, describe, expect, it, vi } from 'vitest'
import { onNextFrame } from '../src/frame-schedule.js'

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('onNextFrame', () => {
  it('waits for the next frame of a page that is seen', () => {
    let draw: (() => void) | undefined
    vi.stubGlobal('document', { visibilityState: 'visible' })
    vi.stubGlobal('requestAnimationFrame', (callback: () => void) => {
      draw = callback
    })
    const callback = vi.fn()
    onNextFrame(callback)
    expect(callback).not.toHaveBeenCalled()
    draw?.()

    expect(callback).toHaveBeenCalledTimes(1)
  })

  it('uses a timer where nothing is drawn: a hidden tab may stop rendering, never lose', () => {
    vi.useFakeTimers()
    vi.stubGlobal('document', { visibilityState: 'hidden' })
    vi.stubGlobal('requestAnimationFrame', () => expect.unreachable())
    const callback = vi.fn()
    onNextFrame(callback)
    vi.advanceTimersByTime(50)

    expect(callback).toHaveBeenCalledTimes(1)
  })
})
