import { type ChainMonitor, createMonitorClient } from '@llmmon/client'
import { memoryTransport, startRun } from '@llmmon/core'
import { allowAnyone, createMonitorServer } from '@llmmon/server-ws'
import { listen, tcpProxy, until } from '@llmmon/testkit'
import { describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { later } from './redis-scene.js'

async function scene(limits = {}) {
  const transport = later(memoryTransport())
  const http = later(await listen())
  const server = later(createMonitorServer({ transport, authorize: allowAnyone, limits }))
  server.attach(http.server)
  const link = later(await tcpProxy(http.port))
  const client = later(createMonitorClient({ url: `ws://127.0.0.1:${link.port}/ws`, WebSocket }))
  const start = (runId: string) => startRun({ name: 'c', transport, runId })
  return { server, link, client, start }
}

const ids = (count: number, prefix = 'run') => Array.from({ length: count }, (_, index) => `${prefix}-${index}`)
const areRunning = (monitors: readonly ChainMonitor[]) => async () =>
  monitors.every((monitor) => monitor.getSnapshot().status === 'running')

describe('a page that watches hundreds of runs', () => {
  it('does so over one connection, which it gets back whole after a cut', async () => {
    const { server, link, client, start } = await scene()
    const runs = ids(400).map(start)
    const monitors = ids(400).map((runId) => client.monitor(runId))
    await until(areRunning(monitors))
    expect([server.stats, link.accepted]).toEqual([{ connections: 1, channels: 400 }, 1])
    link.cut()
    for (const [index, run] of runs.entries()) run.complete(index)

    expect(await Promise.all(monitors.map(({ result }) => result))).toEqual(runs.map((_, index) => index))
    await until(async () => server.stats.connections === 0)
    expect(link.accepted).toBe(2)
  })

  it('turns to hundreds of others at once, and back, without being taken for a flood', async () => {
    const { server, link, client, start } = await scene()
    for (const runId of [...ids(200), ...ids(200, 'other')]) start(runId)
    for (const prefix of ['run', 'other', 'run']) {
      const monitors = ids(200, prefix).map((runId) => client.monitor(runId))
      await until(areRunning(monitors))
      for (const monitor of monitors) monitor.close()
      await until(async () => server.stats.channels <= 400)
    }

    expect(link.accepted).toBeLessThanOrEqual(3)
  })

  it('lets go of the run, and then of the connection, a moment after the last who showed it', async () => {
    const { server, client, start } = await scene()
    start('kept')
    const kept = client.monitor('kept')
    await until(areRunning([kept]))
    // A page that is drawn anew: the old monitor goes, the new one comes.
    kept.close()
    const again = client.monitor('kept')
    expect(again.getSnapshot().status).toBe('running')
    again.close()

    await until(async () => server.stats.connections === 0)
  })

  it('is refused what is beyond the limit, in words, and keeps the rest', async () => {
    const { client, start } = await scene({ maxSubscriptions: 3 })
    const runs = ids(5).map(start)
    const monitors = ids(5).map((runId) => client.monitor(runId))
    const beyond = await Promise.allSettled(monitors.slice(3).map(({ result }) => result))
    for (const run of runs) run.complete('done')

    expect(await Promise.all(monitors.slice(0, 3).map(({ result }) => result))).toEqual(['done', 'done', 'done'])
    for (const refused of beyond) {
      expect(refused).toMatchObject({ reason: { code: 'refused', message: expect.stringContaining('At most 3 runs') } })
    }
  })
})
