import { quietly } from './link.js'

/** How often a page that draws no frames, or a program, is told, ms. */
const timerMs = 50

/** Calls back once, before the next frame is drawn; where nothing is drawn (a hidden tab, Node), within 50 ms. */
export function onNextFrame(callback: () => void): void {
  const { document } = globalThis as { document?: Document }
  if (document?.visibilityState === 'visible') requestAnimationFrame(callback)
  else quietly(setTimeout(callback, timerMs))
}
