import { createMonitorClient } from '@llmmon/client'
import { fakeServer, tellRun } from '@llmmon/testkit'
import { createRoot } from 'react-dom/client'
import { expect, it, onTestFinished, vi } from 'vitest'
import { WebSocket } from 'ws'
import { MonitorProvider, useChainMonitor } from '../src/index.js'

function Text() {
  return <p>{useChainMonitor('r', { select: (run) => run.text })}</p>
}

async function server() {
  const started = await fakeServer()
  onTestFinished(() => started.close())
  return started
}

function root() {
  const container = document.body.appendChild(document.createElement('div'))
  const made = createRoot(container)
  onTestFinished(() => {
    made.unmount()
    container.remove()
  })
  return { container, root: made }
}

it('gives the components below it the client of the nearest', async () => {
  const servers = [await server(), await server()] as const
  const [outer, inner] = servers.map(({ url }) => createMonitorClient({ url, WebSocket: WebSocket as never }))
  onTestFinished(() => [outer, inner].forEach((client) => void client?.close()))
  if (!outer || !inner) return expect.unreachable()
  const { container, root: page } = root()
  const tree = (client: typeof outer) => (
    <MonitorProvider client={outer}>
      <Text />
      <MonitorProvider client={client}>
        <Text />
      </MonitorProvider>
    </MonitorProvider>
  )
  page.render(tree(inner))
  for (const [index, { connection }] of servers.entries()) {
    const viewer = await connection()
    viewer.welcome()
    const run = await tellRun(viewer)
    run.start()
    run.token(`of ${index}; `)
  }

  await vi.waitFor(() => expect(container.textContent).toBe('of 0; of 1; '))
  page.render(tree(outer))
  await vi.waitFor(() => expect(container.textContent).toBe('of 0; of 0; '))
})

it('is not needed: a page has a client of its own, made when it is needed', async () => {
  const { url, connection, connections } = await server()
  const page = window as unknown as { happyDOM: { setURL(url: string): void } }
  page.happyDOM.setURL(url.replace('ws', 'http').replace('/ws', '/some/page'))
  vi.stubGlobal('WebSocket', WebSocket)
  onTestFinished(() => void vi.unstubAllGlobals())
  const { container, root: drawn } = root()
  drawn.render([<Text key="1" />, <Text key="2" />])
  const viewer = await connection()
  viewer.welcome()
  const run = await tellRun(viewer)
  run.start()
  run.token('x')

  await vi.waitFor(() => expect(container.textContent).toBe('xx'))
  expect([connections.length, viewer.request.url]).toEqual([1, '/ws'])
})
