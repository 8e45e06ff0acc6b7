import { expect, it, vi } from 'vitest'
import { createSSRApp, defineComponent, effectScope } from 'vue'
import { renderToString } from 'vue/server-renderer'
import { useChainMonitor } from '../src/index.js'

const select = ({ status, monitor }: { status: string; monitor: unknown }) => `${status} ${monitor}`

it('opens nothing and needs no client where there is no page, in a component or outside', async () => {
  const WebSocket = vi.fn()
  vi.stubGlobal('WebSocket', WebSocket)
  const Status = defineComponent(() => {
    const shown = useChainMonitor('r', { select })
    return () => shown.value
  })

  expect(typeof document).toBe('undefined')
  expect(await renderToString(createSSRApp(Status))).toContain('pending null')
  expect(effectScope().run(() => useChainMonitor('r', { select }).value)).toBe('pending null')
  expect(WebSocket).not.toHaveBeenCalled()
  vi.unstubAllGlobals()
})
