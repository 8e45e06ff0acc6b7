import { createMonitorClient, type MonitorClient } from '@llmmon/client'
import { eventually, type FakeConnection, type FakeServer, fakeServer, tellRun } from '@llmmon/testkit'
import { type ReactNode, useEffect } from 'react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { useChainMonitor, type ViewedRun } from '../src/index.js'
import { draw } from './rendering.js'

let server: FakeServer
let client: MonitorClient
const faults = vi.fn()

beforeEach(async () => {
  server = await fakeServer()
  client = createMonitorClient({ url: server.url, WebSocket: WebSocket as never })
  faults.mockClear()
  vi.spyOn(console, 'error').mockImplementation(faults)
})

afterEach(async () => {
  client.close()
  await server.close()
  vi.restoreAllMocks()
  expect(faults).not.toHaveBeenCalled()
})

async function welcome(): Promise<FakeConnection> {
  const connection = await server.connection()
  connection.welcome()
  return connection
}

function asked(type: string): unknown[] {
  return server.connections.flatMap(({ received }) => received.filter((frame) => frame.type === type))
}

function Status({ runId }: { runId: string | null }) {
  const { status, text, result, connection } = useChainMonitor(runId)
  return <p>{`${status} ${text} ${result} ${connection.state}`}</p>
}

describe('useChainMonitor', () => {
  it('shows a run from its beginning to its end, over one subscription, in StrictMode', async () => {
    const { container } = draw(client, <Status runId="r" />)
    const run = await tellRun(await welcome())
    run.start()
    run.token('hello')
    await eventually(() => expect(container.textContent).toBe('running hello null open'))
    run.complete('done')

    await eventually(() => expect(container.textContent).toBe('completed hello done open'))
    expect([asked('subscribe').length, asked('unsubscribe').length]).toEqual([1, 0])
  })

  it('is idle without a run', async () => {
    const { container } = draw(client, [<Status key="1" runId={null} />])

    await eventually(() => expect(container.textContent).toBe('pending  null idle'))
    expect(server.connections).toHaveLength(0)
  })

  it('shows one run in fifty components over one subscription, all the same at each moment', async () => {
    const torn = new Set<string>()
    function Watcher({ children }: { children: ReactNode }) {
      useChainMonitor('r')
      useEffect(() => {
        torn.add(new Set([...container.querySelectorAll('p')].map((it) => it.textContent)).size.toString())
      })
      return <div>{children}</div>
    }
    const { container } = draw(
      client,
      <Watcher>
        {Array.from({ length: 50 }, (_, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: they never move.
          <Status key={index} runId="r" />
        ))}
      </Watcher>,
    )
    const run = await tellRun(await welcome())
    run.start()
    for (let i = 0; i < 20; i += 1) run.token('x')
    run.complete('done')

    const end = `completed ${'x'.repeat(20)} done open`
    await eventually(() => expect(container.textContent).toBe(end.repeat(50)))
    expect(torn).toEqual(new Set(['1']))
    expect([server.connections.length, asked('subscribe').length]).toEqual([1, 1])
  })

  it('follows rapid changes of the run, and shows nothing of one in another', async () => {
    const seen: string[] = []
    function Seen({ runId }: { runId: string | null }) {
      const { runId: shown, text } = useChainMonitor(runId)
      seen.push(`${runId}: ${shown} ${text}`)
      return <p>{text}</p>
    }
    const drawn = draw(client, <Seen runId="a" />)
    const connection = await welcome()
    const a = await tellRun(connection, 'a')
    a.start()
    a.token('of a')
    await eventually(() => expect(drawn.container.textContent).toBe('of a'))
    for (const runId of ['b', 'c', null, 'd']) drawn.draw(<Seen runId={runId} />)
    const d = await tellRun(connection, 'd')
    d.start()
    d.token('of d')
    await eventually(() => expect(drawn.container.textContent).toBe('of d'))

    expect(seen.filter((line) => !/^(\w+): \1 (of \1)?$/.test(line) && line !== 'null:  ')).toEqual([])
    await eventually(() => expect(asked('unsubscribe')).toContainEqual(expect.objectContaining({ run_id: 'a' })))
  })

  it('leaves before the connection is open, without a trace', async () => {
    const drawn = draw(client, <Status runId="r" />)
    await eventually(() => expect(drawn.container.textContent).toBe('pending  null connecting'))
    drawn.unmount()
    const connection = await server.connection()
    await new Promise<void>((resolve) => {
      connection.request.socket.once('close', () => resolve())
    })

    expect(asked('subscribe').length).toBeLessThanOrEqual(1)
  })

  it('renders no more once it has been taken off the page', async () => {
    const rendered = vi.fn()
    function Counted() {
      useChainMonitor('r')
      rendered()
      return null
    }
    const other = client.monitor('r')
    const drawn = draw(client, <Counted />)
    const run = await tellRun(await welcome())
    run.start()
    await eventually(() => expect(other.getSnapshot().status).toBe('running'))
    drawn.unmount()
    rendered.mockClear()
    run.complete('done')
    await other.result

    expect(rendered).not.toHaveBeenCalled()
  })

  it('begins with what another component shows of the run already', async () => {
    const drawn = draw(client, <Status runId="r" />)
    const run = await tellRun(await welcome())
    run.start()
    run.token('hello')
    await eventually(() => expect(drawn.container.textContent).toContain('hello'))
    const first: string[] = []
    function Late() {
      first.push(useChainMonitor('r').text)
      return null
    }
    drawn.draw([<Status key="1" runId="r" />, <Late key="2" />])
    await eventually(() => expect(first.length).toBeGreaterThan(0))

    expect(first[0]).toBe('hello')
  })

  it('gives the same object until something changes; cancel and monitor stay for as long as the run is shown', async () => {
    const seen: ViewedRun[] = []
    function Kept({ n }: { n: number }) {
      const run = useChainMonitor('r')
      useEffect(() => void seen.push(run))
      return <p>{`${n} ${run.status}`}</p>
    }
    const drawn = draw(client, <Kept n={1} />)
    const run = await tellRun(await welcome())
    run.start()
    await eventually(() => expect(drawn.container.textContent).toBe('1 running'))
    const before = seen.at(-1)
    drawn.draw(<Kept n={2} />)
    await eventually(() => expect(drawn.container.textContent).toBe('2 running'))

    expect(seen.at(-1)).toBe(before)
    run.complete('done')
    await eventually(() => expect(drawn.container.textContent).toBe('2 completed'))
    expect(seen.at(-1)?.monitor).toBe(before?.monitor)
    expect(new Set(seen.map(({ cancel }) => cancel)).size).toBe(1)
    expect(await before?.monitor?.result).toBe('done')
  })
})

describe('useChainMonitor with select', () => {
  it('gives what is selected, and renders only when that changes', async () => {
    const seen: string[] = []
    function Selected() {
      const status = useChainMonitor('r', { select: (run) => run.status })
      useEffect(() => void seen.push(status))
      return <p>{status}</p>
    }
    const { container } = draw(client, <Selected />)
    const run = await tellRun(await welcome())
    run.start()
    // What comes in one task is drawn once.
    await eventually(() => expect(container.textContent).toBe('running'))
    for (let i = 0; i < 100; i += 1) run.token('x')
    run.complete('done')

    await eventually(() => expect(container.textContent).toBe('completed'))
    // The first one twice: StrictMode.
    expect(seen).toEqual(['pending', 'pending', 'running', 'completed'])
  })

  it('keeps an object that is equal by isEqual, also where the component is drawn anew with another function', async () => {
    const seen = new Set<object>()
    function Names({ n }: { n: number }) {
      const names = useChainMonitor('r', {
        select: (run) => ({ status: run.status }),
        isEqual: (a, b) => a.status === b.status,
      })
      useEffect(() => void seen.add(names))
      return <p>{`${n} ${names.status}`}</p>
    }
    const drawn = draw(client, <Names n={1} />)
    const run = await tellRun(await welcome())
    run.start()
    run.token('x')
    await eventually(() => expect(drawn.container.textContent).toBe('1 running'))
    drawn.draw(<Names n={2} />)
    await eventually(() => expect(drawn.container.textContent).toBe('2 running'))
    run.complete('done')
    await eventually(() => expect(drawn.container.textContent).toBe('2 completed'))

    expect(seen.size).toBe(3)
  })

  it('does not go round in circles over objects made anew', async () => {
    function Loose() {
      const { words } = useChainMonitor('r', { select: (run) => ({ words: run.text.split(' ') }) })
      return <p>{words.length}</p>
    }
    const { container } = draw(client, <Loose />)
    const run = await tellRun(await welcome())
    run.start()
    run.token('a b c')

    await eventually(() => expect(container.textContent).toBe('3'))
  })
})
