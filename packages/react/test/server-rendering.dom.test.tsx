import { createMonitorClient, type MonitorClient } from '@llmmon/client'
import { memoryTransport, readRun, type StoredRun, startRun } from '@llmmon/core'
import { type FakeServer, fakeServer, tellRun } from '@llmmon/testkit'
import * as React from 'react'
import { Suspense } from 'react'
import { hydrateRoot } from 'react-dom/client'
import { renderToString } from 'react-dom/server'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { WebSocket } from 'ws'
import { type ChainMonitor, MonitorProvider, useChainMonitor } from '../src/index.js'
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

interface Props {
  readonly runId?: string | null
  readonly initialState?: StoredRun | undefined
}

function Page({ runId = 'r', initialState }: Props) {
  const { status, text, connection, monitor } = useChainMonitor(runId, { initialState })
  return <p>{`${status} ${text} ${connection.state} ${monitor === null}`}</p>
}

function page(props: Props) {
  return (
    <MonitorProvider client={client}>
      <Page {...props} />
    </MonitorProvider>
  )
}

async function storedRun(): Promise<StoredRun | undefined> {
  const transport = memoryTransport()
  const run = startRun({ name: 'c', transport, runId: 'r' })
  run.token('from the server')
  await run.flushed()
  return JSON.parse(JSON.stringify(await readRun(transport, 'r')))
}

/** Takes over what a server has drawn. */
function hydrate(props: Props) {
  const container = document.body.appendChild(document.createElement('div'))
  container.innerHTML = renderToString(page(props))
  const mismatches = vi.fn()
  const root = hydrateRoot(container, page(props), { onRecoverableError: mismatches })
  onTestFinished(() => {
    root.unmount()
    container.remove()
  })
  return { container, mismatches }
}

describe('on a server', () => {
  it('shows the run as pending and idle, or as readRun knows it, and opens nothing', async () => {
    expect(renderToString(page({}))).toBe('<p>pending  idle true</p>')
    expect(renderToString(page({ initialState: await storedRun() }))).toBe('<p>running from the server idle true</p>')
    expect(renderToString(<Page runId={null} />)).toBe('<p>pending  idle true</p>')
    expect(server.connections).toHaveLength(0)
  })

  it('does not take the state of one run for that of another', async () => {
    expect(renderToString(page({ runId: 'other', initialState: await storedRun() }))).toBe('<p>pending  idle true</p>')
  })

  it('throws where the id is none', () => {
    expect(() => renderToString(page({ runId: 'a}b' }))).toThrow(/Expected a run id/)
  })
})

describe('a page that takes over from a server', () => {
  it('finds what it draws itself, and then watches', async () => {
    const { container, mismatches } = hydrate({})
    const connection = await server.connection()
    connection.welcome()
    ;(await tellRun(connection)).start()

    await vi.waitFor(() => expect(container.textContent).toBe('running  open false'))
    expect(mismatches).not.toHaveBeenCalled()
  })

  it('goes on from the state of the server, at its position', async () => {
    const initialState = await storedRun()
    const { container, mismatches } = hydrate({ initialState })
    const connection = await server.connection()
    connection.welcome()
    const { from } = await connection.next('subscribe')
    expect(from).toEqual({ epoch: initialState?.epoch, seq: 2 })

    await vi.waitFor(() => expect(container.textContent).toBe('running from the server open false'))
    expect(mismatches).not.toHaveBeenCalled()
  })
})

describe('Suspense', () => {
  // What React 19 calls `use`; before, such a promise was thrown.
  const wait = (React as { use?: <T>(promise: Promise<T>) => T }).use ?? thrown

  function Result({ monitor }: { monitor: ChainMonitor }) {
    return <b>{String(wait(monitor.result))}</b>
  }
  function Waiting() {
    const { monitor } = useChainMonitor('r')
    return <Suspense fallback="waiting">{monitor && <Result monitor={monitor} />}</Suspense>
  }

  it('waits for the result of the monitor', async () => {
    const { container } = draw(client, <Waiting />)
    const connection = await server.connection()
    connection.welcome()
    const run = await tellRun(connection)
    run.start()
    await vi.waitFor(() => expect(container.textContent).toBe('waiting'))
    run.complete('the result')

    await vi.waitFor(() => expect(container.textContent).toBe('the result'))
    expect(connection.received.filter(({ type }) => type === 'subscribe')).toHaveLength(1)
  })
})

const results = new WeakMap<Promise<unknown>, unknown>()

function thrown<T>(promise: Promise<T>): T {
  if (results.has(promise)) return results.get(promise) as T
  throw promise.then((result) => results.set(promise, result))
}
