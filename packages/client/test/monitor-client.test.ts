import { fakeServer } from '@llmmon/testkit'
import { describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { createMonitorClient } from '../src/index.js'

describe('createMonitorClient', () => {
  it('carries all its runs over one connection, and closes them with itself', async () => {
    const server = await fakeServer()
    const client = createMonitorClient({ url: server.url, WebSocket })
    const monitors = ['a', 'b', 'c'].map((runId) => client.monitor(runId))
    const connection = await server.connection()
    const runs = [
      await connection.next('subscribe'),
      await connection.next('subscribe'),
      await connection.next('subscribe'),
    ]
    client.close()
    client.close()

    expect(runs.map(({ run_id }) => run_id)).toEqual(['a', 'b', 'c'])
    for (const monitor of monitors) await expect(monitor.result).rejects.toMatchObject({ code: 'closed' })
    expect(() => client.monitor('d')).toThrow(/client was closed/)
    expect(server.connections).toHaveLength(1)
    await server.close()
  })

  it('connects only when something is watched', async () => {
    const server = await fakeServer()
    const client = createMonitorClient({ url: server.url, WebSocket })
    client.close()

    expect(server.connections).toHaveLength(0)
    await server.close()
  })
})
