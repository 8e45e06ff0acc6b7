import { createElement } from 'react'
import { renderToString } from 'react-dom/server'
import { expect, it, vi } from 'vitest'
import { useChainMonitor } from '../src/index.js'

function Status() {
  return useChainMonitor('r', { select: ({ status, monitor }) => `${status} ${monitor}` })
}

it('opens nothing and needs no client where there is no page', () => {
  const WebSocket = vi.fn()
  vi.stubGlobal('WebSocket', WebSocket)

  expect(typeof document).toBe('undefined')
  expect(renderToString(createElement(Status))).toBe('pending null')
  expect(WebSocket).not.toHaveBeenCalled()
  vi.unstubAllGlobals()
})
