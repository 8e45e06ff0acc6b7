import { createMonitorClient } from '@llmmon/client'
import { fakeServer, tellRun } from '@llmmon/testkit'
import { expect, it, onTestFinished, vi } from 'vitest'
import { createApp, defineComponent, h } from 'vue'
import { WebSocket } from 'ws'
import { useChainMonitor } from '../src/index.js'
import { mount, mounted } from './mounting.js'

const Text = defineComponent(() => {
  const text = useChainMonitor('r', { select: (run) => run.text })
  return () => h('p', text.value)
})

async function server() {
  const started = await fakeServer()
  onTestFinished(() => started.close())
  return started
}

it('gives the components of an app its client', async () => {
  const { url, connection } = await server()
  const client = createMonitorClient({ url, WebSocket: WebSocket as never })
  onTestFinished(() => client.close())
  const { container } = mount(client, Text)
  const viewer = await connection()
  viewer.welcome()
  const run = await tellRun(viewer)
  run.start()
  run.token('x')

  await vi.waitFor(() => expect(container.textContent).toBe('x'))
})

it('is not needed: a page has a client of its own, made when it is needed', async () => {
  const { url, connection, connections } = await server()
  const page = window as unknown as { happyDOM: { setURL(url: string): void } }
  page.happyDOM.setURL(url.replace('ws', 'http').replace('/ws', '/some/page'))
  vi.stubGlobal('WebSocket', WebSocket)
  onTestFinished(() => void vi.unstubAllGlobals())
  const container = document.body.appendChild(document.createElement('div'))
  mounted(createApp({ render: () => [h(Text), h(Text)] }), container)
  const viewer = await connection()
  viewer.welcome()
  const run = await tellRun(viewer)
  run.start()
  run.token('x')

  await vi.waitFor(() => expect(container.textContent).toBe('xx'))
  expect([connections.length, viewer.request.url]).toEqual([1, '/ws'])
})
