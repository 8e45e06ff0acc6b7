import { type FakeServer, fakeServer } from '@llmmon/testkit'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { createMonitorClient, type MonitorClient } from '../src/index.js'

let server: FakeServer
let client: MonitorClient

beforeEach(async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0)
  server = await fakeServer()
  client = createMonitorClient({ url: server.url, WebSocket, protocol: 'plain' })
})

afterEach(async () => {
  client.close()
  await server.close()
  vi.restoreAllMocks()
})

describe('PlainSource', () => {
  it('opens the path of the run, without a subprotocol', async () => {
    client.monitor('run-1')
    const { request } = await server.connection()

    expect([request.url, request.headers['sec-websocket-protocol']]).toEqual(['/ws/chain/run-1/', undefined])
  })

  it('comes back with the number it knows, and takes nothing twice', async () => {
    const monitor = client.monitor('r')
    const seen: unknown[] = []
    monitor.onCustom(({ data }) => seen.push(data))
    const first = await server.connection()
    for (const seq of [1, 2, 2, 1]) first.send({ update_type: 'custom', name: 'n', data: seq, seq, ts: 0, run_id: 'r' })
    first.close(4502)
    const second = await server.connection()
    second.send({ update_type: 'custom', name: 'n', data: 2, seq: 2, ts: 0, run_id: 'r' })
    second.send({ update_type: 'complete', status: 'completed', result: 'done', seq: 3, ts: 0, run_id: 'r' })
    second.close(1000)

    expect(await monitor.result).toBe('done')
    expect(second.request.url).toBe('/ws/chain/r/?after=2')
    expect(seen).toEqual([1, 2])
  })

  it('watches a Django LLM server: counts what arrives, and says that nothing is promised about what was missed', async () => {
    const monitor = client.monitor('r')
    const seen: unknown[] = []
    monitor.onStart((data) => seen.push(data.status))
    monitor.onStep((data) => seen.push([data.step_name, data.progress_percentage, data.intermediate_result]))
    const first = await server.connection()
    first.send({ update_type: 'start', status: 'started', metadata: { model: 'm' } })
    first.send({ update_type: 'step', step_name: 'one', progress_percentage: 50, intermediate_result: 'a' })
    first.cut()
    const second = await server.connection()
    second.send({ update_type: 'step', step_name: 'two', progress_percentage: 100, intermediate_result: 'b' })
    second.send({ update_type: 'complete', status: 'completed', result: { ok: true } })

    expect(await monitor.result).toEqual({ ok: true })
    expect(second.request.url).toBe('/ws/chain/r/')
    expect(seen).toEqual(['started', ['one', 50, 'a'], ['two', 100, 'b']])
    expect(monitor.getSnapshot()).toMatchObject({
      status: 'completed',
      progress: 100,
      connection: { continuity: false },
    })
  })

  it("takes a Django LLM server's error as the run's", async () => {
    const monitor = client.monitor('r')
    const connection = await server.connection()
    connection.send({ update_type: 'error', status: 'error', error: 'model down' })

    await expect(monitor.result).rejects.toMatchObject({ code: 'run_failed', message: 'model down' })
  })

  it('settles where the run is refused or lost', async () => {
    const lost = client.monitor('lost')
    const refused = client.monitor('refused')
    const event = { update_type: 'error', status: 'error', error: 'gone', ts: 1 }
    for (const code of ['lost', 'not_found']) {
      const connection = await server.connection()
      connection.send({ ...event, code, run_id: 'r' })
      connection.close(1000)
    }

    await expect(lost.result).rejects.toMatchObject({ code: 'lost' })
    await expect(refused.result).rejects.toMatchObject({ code: 'refused' })
  })

  it('brings its ticket in the address', async () => {
    const own = createMonitorClient({
      url: server.url,
      WebSocket,
      protocol: 'plain',
      getToken: ({ runId }) => `ticket-${runId}`,
    })
    own.monitor('r')
    const { request } = await server.connection()

    expect(request.url).toBe('/ws/chain/r/?ticket=ticket-r')
    own.close()
  })

  it('survives what is no event, and cannot cancel', async () => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const monitor = client.monitor('r')
    const connection = await server.connection()
    connection.send('junk')
    connection.send('[1]')
    connection.send({ update_type: 'complete', status: 'completed', result: 1, seq: 1, ts: 0 })

    expect(await monitor.result).toBe(1)
    expect(error).toHaveBeenCalledTimes(2)
    await expect(monitor.cancel()).rejects.toMatchObject({ code: 'unsupported' })
  })
})
