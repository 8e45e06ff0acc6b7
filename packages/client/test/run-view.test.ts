import { type FakeServer, fakeServer, tellRun } from '@llmmon/testkit'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { createMonitorClient, type MonitorClient, RunView } from '../src/index.js'

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

describe('RunView', () => {
  it('touches nothing until somebody subscribes, and gives the same object until something changes', async () => {
    const view = new RunView('r', { client })
    const before = view.getSnapshot()
    const listener = vi.fn()

    expect(before).toMatchObject({ runId: 'r', status: 'pending', connection: { state: 'idle' }, monitor: null })
    expect(view.getSnapshot()).toBe(before)
    expect(view.getServerSnapshot()).toBe(before)
    expect(server.connections).toHaveLength(0)

    view.subscribe(listener)
    const connection = await server.connection()
    connection.welcome()
    ;(await tellRun(connection)).start()
    await vi.waitFor(() => expect(view.getSnapshot().status).toBe('running'))
    expect(view.getSnapshot()).toBe(view.getSnapshot())
    expect(listener).toHaveBeenCalled()
    expect(view.getServerSnapshot()).toBe(before)
  })

  it('watches with one monitor for all who subscribe, and goes when the last has gone', async () => {
    const view = new RunView('r', { client })
    const stops = [view.subscribe(() => undefined), view.subscribe(() => undefined)]
    const { monitor, cancel } = view.getSnapshot()
    stops[0]?.()
    stops[0]?.()

    expect(view.getSnapshot().monitor).toBe(monitor)
    stops[1]?.()
    expect(view.getSnapshot().monitor).toBeNull()
    expect(view.getSnapshot().cancel).toBe(cancel)
    await expect(monitor?.result).rejects.toMatchObject({ code: 'closed' })
    await expect(view.cancel()).rejects.toMatchObject({ code: 'closed' })
  })

  it('shows what another view of the run has already, before anybody subscribes, and what it saw last after', async () => {
    const first = new RunView('r', { client })
    const stop = first.subscribe(() => undefined)
    const connection = await server.connection()
    connection.welcome()
    ;(await tellRun(connection)).start()
    await vi.waitFor(() => expect(first.getSnapshot().status).toBe('running'))

    expect(new RunView('r', { client }).getSnapshot().status).toBe('running')
    stop()
    client.close()
    expect(first.getSnapshot().status).toBe('running')
  })

  it('passes a text on as the reason of a cancel, and takes the event of a click for none', async () => {
    const view = new RunView('r', { client })
    view.subscribe(() => undefined)
    const connection = await server.connection()
    connection.welcome()
    const answers = [view.cancel('enough'), view.cancel({ type: 'click' })]
    for (const reason of ['enough', undefined]) {
      const frame = await connection.next('cancel')
      expect(frame.reason).toBe(reason)
      connection.send({ type: 'cancel_answer', ref: frame.ref, run_id: 'r', answer: 'accepted' })
    }

    expect(await Promise.all(answers)).toEqual(['accepted', 'accepted'])
  })

  it('is idle without a run, and outside of pages without a client', () => {
    const without = new RunView(null, { client })
    const onServer = new RunView('r')
    for (const view of [without, onServer]) view.subscribe(() => expect.unreachable())()

    expect([without, onServer].map((view) => view.getSnapshot().monitor)).toEqual([null, null])
    expect(server.connections).toHaveLength(0)
  })

  it('knows which run and client it is of, and refuses an id that is none', () => {
    const view = new RunView('r', { client })

    expect([view.isOf('r', client), view.isOf('q', client), view.isOf('r', undefined)]).toEqual([true, false, false])
    expect(new RunView(undefined).isOf(null, undefined)).toBe(true)
    expect(() => new RunView('a}b')).toThrow(/Expected a run id/)
  })
})
