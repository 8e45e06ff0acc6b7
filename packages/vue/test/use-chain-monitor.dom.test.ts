import { createMonitorClient, type MonitorClient } from '@llmmon/client'
import { type FakeConnection, type FakeServer, fakeServer } from '@llmmon/testkit'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { type Component, createApp, defineComponent, h } from 'vue'
import { WebSocket } from 'ws'
import { monitorPlugin, useChainMonitor } from '../src/index.js'

let server: FakeServer
let client: MonitorClient

beforeEach(async () => {
  server = await fakeServer()
  client = createMonitorClient({ url: server.url, WebSocket: WebSocket as never })
})

afterEach(async () => {
  client.close()
  await server.close()
})

const start = { update_type: 'start', status: 'started', metadata: {}, seq: 1, ts: 0 }
const complete = { update_type: 'complete', status: 'completed', result: 'done', seq: 2, ts: 0 }

async function serve(connection: FakeConnection, list: readonly object[], runId = 'r') {
  const { ref } = await connection.next('subscribe')
  connection.send({ type: 'subscribed', ref, run_id: runId, phase: 'open' })
  connection.send({ type: 'events', run_id: runId, epoch: '5', from: 1, to: list.length, events: list })
}

async function welcome(): Promise<FakeConnection> {
  const connection = await server.connection()
  connection.welcome()
  return connection
}

function mount(component: Component, props: Record<string, unknown>) {
  const container = document.body.appendChild(document.createElement('div'))
  const app = createApp(component, props).use(monitorPlugin, { client })
  app.mount(container)
  onTestFinished(() => {
    app.unmount()
    container.remove()
  })
  return { container, app }
}

const Status = defineComponent({
  props: { runId: { type: String, default: null } },
  setup(props) {
    const run = useChainMonitor(() => props.runId)
    return () => h('p', `${run.value.status} ${run.value.result} ${run.value.connection.state}`)
  },
})

describe('useChainMonitor', () => {
  it('shows a run from its beginning to its end', async () => {
    const { container } = mount(Status, { runId: 'r' })
    const connection = await welcome()
    await serve(connection, [start, complete])

    await vi.waitFor(() => expect(container.textContent).toBe('completed done open'))
  })

  it('is idle without a run', async () => {
    const { container } = mount(Status, { runId: null })

    await vi.waitFor(() => expect(container.textContent).toBe('pending null idle'))
    expect(server.connections).toHaveLength(0)
  })
})
