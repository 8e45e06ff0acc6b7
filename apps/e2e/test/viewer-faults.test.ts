import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { createMonitorClient } from '@llmmon/client'
import { memoryTransport, startRun } from '@llmmon/core'
import { allowAnyone, createMonitorServer, type MonitorServerOptions } from '@llmmon/server-ws'
import { listen, openCrowd, startRedis, tcpProxy, until, ViewerLog } from '@llmmon/testkit'
import { describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { endAndCompare, join, later, speak } from './redis-scene.js'

async function serve(options: Omit<MonitorServerOptions, 'authorize'>) {
  const http = later(await listen())
  const monitor = later(createMonitorServer({ authorize: allowAnyone, ...options }))
  monitor.attach(http.server)
  return { monitor, port: http.port, url: `${http.wsUrl}/ws` }
}

describe('a server', () => {
  it('takes a thousand viewers that come back at once to a long run with a single read of the store', async () => {
    const transport = later(memoryTransport())
    const run = startRun({ name: 'c', transport, runId: 'r' })
    for (let i = 0; i < 5_000; i += 1) run.custom('row', 'x'.repeat(100))
    await run.flushed()
    const info = await transport.inspect('r')
    const read = vi.spyOn(transport, 'read')
    const { url, monitor } = await serve({ transport })
    const position = { epoch: info?.epoch ?? '', seq: 1_000 }
    const crowd = later(await openCrowd(url, 'r', 1_000, position))
    run.complete()
    await crowd.allEnded

    expect([crowd.wrong, read.mock.calls.length]).toEqual([0, 1])
    expect(monitor.stats).toEqual({ connections: 1_000, channels: 1 })
    crowd.close()
    await until(async () => monitor.stats.connections === 0)
    await monitor.close()
    expect(monitor.stats).toEqual({ connections: 0, channels: 0 })
  })

  it('serves a busy run beside two thousand viewers of idle ones', async () => {
    const transport = later(memoryTransport())
    const { url, monitor } = await serve({ transport })
    startRun({ name: 'c', transport, runId: 'idle' })
    const idle = later(await openCrowd(url, 'idle', 2_000))
    const busy = later(await openCrowd(url, 'r', 10))
    const { chain } = speak(transport)
    await chain.untilSaid(500)
    chain.end()
    await busy.allEnded

    expect([busy.wrong, idle.wrong, idle.ended, idle.closes.size]).toEqual([0, 0, 0, 0])
    expect(monitor.stats).toEqual({ connections: 2_010, channels: 2 })
  })

  it('lets go of a viewer whose machine has stopped, and takes it back where it was', async () => {
    const transport = later(memoryTransport())
    const { port, monitor } = await serve({ transport, heartbeatMs: 1_000 })
    const proxy = later(await tcpProxy(port))
    const client = later(createMonitorClient({ url: `ws://127.0.0.1:${proxy.port}/ws`, WebSocket }))
    const page = { monitor: client.monitor('r'), log: new ViewerLog(client.monitor('r')) }
    const { chain } = speak(transport)
    await until(async () => page.monitor.getSnapshot().seq > 100)
    proxy.blackhole(true)
    await until(async () => monitor.stats.connections === 0)
    await chain.more(100)
    proxy.blackhole(false)

    expect(await endAndCompare(chain, [page])).toEqual([[]])
  })
})

describe('a deployment', () => {
  it('of three servers, one after another, in the middle of a run: nothing is lost', async () => {
    const redis = later(await startRedis())
    const servers = await Promise.all([0, 1, 2].map(() => serve({ transport: join({ url: redis.url }) })))
    // What stands before the servers sends newcomers to one that is ready.
    const [first] = servers as [(typeof servers)[number]]
    const balancer = later(await tcpProxy(first.port))
    const clients = Array.from({ length: 20 }, () =>
      later(createMonitorClient({ url: `ws://127.0.0.1:${balancer.port}/ws`, WebSocket })),
    )
    const pages = clients.map((client) => ({ monitor: client.monitor('r'), log: new ViewerLog(client.monitor('r')) }))
    const { chain } = speak(join({ url: redis.url }))
    await until(async () => pages.every(({ monitor }) => monitor.getSnapshot().seq > 50))
    for (const [index, server] of servers.slice(0, 2).entries()) {
      balancer.aim((servers[index + 1] as typeof server).port)
      await server.monitor.close({ drainMs: 1_000 })
      expect(server.monitor.stats).toEqual({ connections: 0, channels: 0 })
      await chain.more(50)
    }
    await until(async () => servers[2]?.monitor.stats.connections === clients.length)

    expect((await endAndCompare(chain, pages)).flat()).toEqual([])
  })

  it.each([0, 2_000])(
    'that drains for %i ms ends the process of a thousand viewers with 0, and closes each with 1001',
    async (drainMs) => {
      const script = fileURLToPath(new URL('other-process/serve.mjs', import.meta.url))
      const server = spawn(process.execPath, [script, String(drainMs)], { stdio: ['ignore', 'pipe', 'inherit'] })
      later({ close: () => server.kill('SIGKILL') })
      const [address] = await once(server.stdout, 'data')
      const crowd = later(await openCrowd(String(address).trim(), 'r', 1_000))
      const exit = once(server, 'exit')
      const askedAt = Date.now()
      server.kill('SIGTERM')

      expect(await exit).toEqual([0, null])
      await crowd.allClosed
      expect([...crowd.closes]).toEqual([[1001, 1_000]])
      expect(Date.now() - askedAt).toBeLessThan(10_000)
    },
  )
})
