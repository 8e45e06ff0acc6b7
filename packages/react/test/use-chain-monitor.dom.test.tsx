import { createMonitorClient, type MonitorClient } from '@llmmon/client'
import { type FakeConnection, type FakeServer, fakeServer } from '@llmmon/testkit'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { MonitorProvider, useChainMonitor } from '../src/index.js'
import { draw } from './rendering.js'

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

function Status({ runId }: { runId: string | null }) {
  const { status, result, connection } = useChainMonitor(runId)
  return <p>{`${status} ${result} ${connection.state}`}</p>
}

describe('useChainMonitor', () => {
  it('shows a run from its beginning to its end', async () => {
    const { container } = draw(
      <MonitorProvider client={client}>
        <Status runId="r" />
      </MonitorProvider>,
    )
    const connection = await welcome()
    await serve(connection, [start, complete])

    await vi.waitFor(() => expect(container.textContent).toBe('completed done open'))
  })

  it('is idle without a run', async () => {
    const { container } = draw(
      <MonitorProvider client={client}>
        <Status runId={null} />
      </MonitorProvider>,
    )

    await vi.waitFor(() => expect(container.textContent).toBe('pending null idle'))
    expect(server.connections).toHaveLength(0)
  })
})
