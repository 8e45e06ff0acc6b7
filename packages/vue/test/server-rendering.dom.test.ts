import { createMonitorClient, type MonitorClient } from '@llmmon/client'
import { memoryTransport, readRun, type StoredRun, startRun } from '@llmmon/core'
import { type FakeServer, fakeServer, tellRun } from '@llmmon/testkit'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createSSRApp, defineComponent, h, shallowRef } from 'vue'
import { renderToString } from 'vue/server-renderer'
import { WebSocket } from 'ws'
import { monitorPlugin, useChainMonitor } from '../src/index.js'
import { mounted } from './mounting.js'

let server: FakeServer
let client: MonitorClient
const mismatches = vi.fn()

beforeEach(async () => {
  server = await fakeServer()
  client = createMonitorClient({ url: server.url, WebSocket: WebSocket as never })
  mismatches.mockClear()
  vi.spyOn(console, 'error').mockImplementation(mismatches)
  vi.spyOn(console, 'warn').mockImplementation(mismatches)
})

afterEach(async () => {
  client.close()
  await server.close()
  vi.restoreAllMocks()
  expect(mismatches).not.toHaveBeenCalled()
})

interface Props {
  readonly runId?: string | null
  readonly initialState?: StoredRun | undefined
}

function app({ runId = 'r', initialState }: Props) {
  const Page = defineComponent(() => {
    const run = useChainMonitor(runId, { initialState: shallowRef(initialState) })
    return () => {
      const { status, text, connection, monitor } = run.value
      return h('p', `${status} ${text} ${connection.state} ${monitor === null}`)
    }
  })
  return createSSRApp(Page).use(monitorPlugin, { client })
}

async function storedRun(): Promise<StoredRun | undefined> {
  const transport = memoryTransport()
  const run = startRun({ name: 'c', transport, runId: 'r' })
  run.token('from the server')
  await run.flushed()
  return JSON.parse(JSON.stringify(await readRun(transport, 'r')))
}

/** Takes over what a server has drawn. */
async function hydrate(props: Props): Promise<HTMLElement> {
  const container = document.body.appendChild(document.createElement('div'))
  container.innerHTML = await renderToString(app(props))
  mounted(app(props), container)
  return container
}

describe('on a server', () => {
  it('shows the run as pending and idle, or as readRun knows it, and opens nothing', async () => {
    expect(await renderToString(app({}))).toBe('<p>pending  idle true</p>')
    expect(await renderToString(app({ initialState: await storedRun() }))).toBe(
      '<p>running from the server idle true</p>',
    )
    expect(await renderToString(app({ runId: null }))).toBe('<p>pending  idle true</p>')
    expect(server.connections).toHaveLength(0)
  })

  it('does not take the state of one run for that of another', async () => {
    expect(await renderToString(app({ runId: 'other', initialState: await storedRun() }))).toBe(
      '<p>pending  idle true</p>',
    )
  })
})

describe('a page that takes over from a server', () => {
  it('finds what it draws itself, and then watches', async () => {
    const container = await hydrate({})
    const connection = await server.connection()
    connection.welcome()
    ;(await tellRun(connection)).start()

    await vi.waitFor(() => expect(container.textContent).toBe('running  open false'))
  })

  it('goes on from the state of the server, at its position', async () => {
    const initialState = await storedRun()
    const container = await hydrate({ initialState })
    const connection = await server.connection()
    connection.welcome()
    const { from } = await connection.next('subscribe')
    expect(from).toEqual({ epoch: initialState?.epoch, seq: 2 })

    await vi.waitFor(() => expect(container.textContent).toBe('running from the server open false'))
  })
})
