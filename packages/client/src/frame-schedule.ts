import { quietly } from './link.js'

/** How often a page that draws no frames, or a program, is told, ms. */
const timerMs = 50

/**
 * Calls back once, before the next frame is drawn; where nothing is drawn (a hidden tab, Node), within 50 ms.
 *
 * @returns how to call it off.
 */
export function nextFrame(callback: () => void): () => void {
  const { document } = globalThis as { document?: Document }
  if (document?.visibilityState === 'visible' && typeof requestAnimationFrame === 'function') {
    const handle = requestAnimationFrame(callback)
    return () => cancelAnimationFrame(handle)
  }
  const timer = quietly(setTimeout(callback, timerMs))
  return () => clearTimeout(timer)
}
