import { type FakeServer, fakeServer } from '@llmmon/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { createMonitorClient, type MonitorClient } from '../src/index.js'

// Every code that a server can put into a close frame, and some that no table names; by PROTOCOL.md, section 4.
const stops = [1000, 1002, 1003, 1007, 1008, 1009, 1010, 4400, 4401, 4403, 4404, 4406, 4409, 4429, 4499]
const comesBack = [1001, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4500, 4502, 4503, 4504, 4505, 4599, 4600, 4999]

let server: FakeServer
let client: MonitorClient

beforeEach(async () => {
  server = await fakeServer()
  client = createMonitorClient({ url: server.url, WebSocket })
})

afterEach(async () => {
  client.close()
  await server.close()
})

/** The connection of a monitor, once its server has closed with this code. */
async function closedWith(code: number | 'cut') {
  const monitor = client.monitor('r')
  const connection = await server.connection()
  await connection.next('subscribe')
  connection.welcome()
  await new Promise<void>((resolve) => {
    monitor.subscribe(() => monitor.getSnapshot().connection.state === 'open' && resolve())
  })
  const closed = new Promise<void>((resolve) => {
    monitor.subscribe(() => monitor.getSnapshot().connection.state !== 'open' && resolve())
  })
  if (code === 'cut') connection.cut()
  else connection.close(code, 'because')
  await closed
  return { monitor, connection: monitor.getSnapshot().connection }
}

describe('a client whose server closes', () => {
  it.each(stops)('with %i stops, says why and rejects the result', async (code) => {
    const { monitor, connection } = await closedWith(code)

    expect(connection).toMatchObject({ state: 'refused', reason: 'because', retryAt: null })
    await expect(monitor.result).rejects.toMatchObject({ code: 'refused' })
    expect(monitor.getSnapshot()).toMatchObject({ status: 'error', error: { code: 'refused' } })
    expect(server.connections.length).toBe(1)
  })

  it.each(comesBack)('with %i waits, and tries again', async (code) => {
    const before = Date.now()
    const { connection } = await closedWith(code)
    const waitMs = (connection.retryAt ?? 0) - before

    expect(connection).toMatchObject({ state: 'waiting', reason: 'because' })
    if (code === 4503) expect(waitMs).toBeGreaterThanOrEqual(10_000)
    else await (await server.connection()).next('subscribe')
  })

  it('without a close frame waits, and tries again', async () => {
    const { connection } = await closedWith('cut')

    expect(connection.state).toBe('waiting')
    await (await server.connection()).next('subscribe')
  })

  it('with 4501 comes back at once', async () => {
    expect((await closedWith(4501)).connection.state).toBe('connecting')
    await (await server.connection()).next('subscribe')
  })
})
