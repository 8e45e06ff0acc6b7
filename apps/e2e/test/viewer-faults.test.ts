import { createMonitorClient } from '@llmmon/client'
import { memoryTransport, startRun } from '@llmmon/core'
import { allowAnyone, createMonitorServer, type MonitorServerOptions } from '@llmmon/server-ws'
import { differences, listen, openCrowd, startRedis, tcpProxy, until, ViewerLog } from '@llmmon/testkit'
import { Registry } from 'prom-client'
import { describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { type OtherProcess, startProcess } from './other-process.js'
import { endAndCompare, join, later, speak } from './redis-scene.js'

async function serve(options: Omit<MonitorServerOptions, 'authorize'>) {
  const http = later(await listen())
  const monitor = later(createMonitorServer({ authorize: allowAnyone, ...options }))
  monitor.attach(http.server)
  return { monitor, port: http.port, url: `${http.wsUrl}/ws` }
}

/** A page behind a link of its own. */
async function openPage(port: number) {
  const link = later(await tcpProxy(port))
  const client = later(createMonitorClient({ url: `ws://127.0.0.1:${link.port}/ws`, WebSocket }))
  const monitor = client.monitor('r')
  return { link, monitor, log: new ViewerLog(monitor) }
}

async function serveElsewhere(...args: readonly string[]): Promise<{ server: OtherProcess; url: string }> {
  const server = later(startProcess('serve', ...args))
  return { server, url: await server.line() }
}

const ask = async (url: string, what: string) => (await fetch(`http${new URL(what, url).href.slice(2)}`)).text()

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

  it('serves a busy run beside nine thousand viewers of an idle one, which cost little memory each', async () => {
    const { url } = await serveElsewhere()
    const before = Number(await ask(url, '/rss'))
    const idle = later(await openCrowd(url, 'r', 9_000))
    const busy = later(await openCrowd(url, 'busy', 10))
    await ask(url, '/busy')
    await busy.allEnded
    const bytesOfViewer = (Number(await ask(url, '/rss')) - before) / 9_000

    expect([busy.wrong, idle.wrong, idle.ended, idle.closes.size]).toEqual([0, 0, 0, 0])
    expect(bytesOfViewer).toBeLessThan(30_000)
  })

  it('keeps little for a viewer that stops reading while fifty megabytes are said, and brings it to the same end', async () => {
    const transport = later(memoryTransport())
    const metrics = new Registry()
    const { port } = await serve({ transport, metrics })
    const [fast, slow] = [await openPage(port), await openPage(port)]
    const run = startRun({ name: 'c', transport, runId: 'r' })
    await until(async () => slow.monitor.getSnapshot().status === 'running')
    slow.link.blackhole(true)
    const piece = 'x'.repeat(65_536)
    for (let i = 0; i < 800; i += 1) {
      run.token(piece)
      await run.flushed()
    }
    await until(async () => fast.monitor.getSnapshot().text.length === 800 * piece.length || undefined)
    const [waiting] = (await metrics.getSingleMetric('llmmon_buffered_bytes')?.get())?.values ?? []
    // What may wait before it is pushed to no more, and the frame that went beyond it.
    expect(waiting?.value).toBeLessThan(262_144 + 2 * 65_536)
    slow.link.blackhole(false)
    run.complete('all')

    for (const page of [fast, slow]) {
      expect(await page.monitor.result).toBe('all')
      const text = page.log.events.flatMap((event) => (event.update_type === 'token' ? [event.delta.length] : []))
      expect(text.reduce((sum, length) => sum + length, 0)).toBeLessThanOrEqual(800 * piece.length)
      expect(page.monitor.getSnapshot().status).toBe('completed')
    }
  })

  it('lets go of a viewer whose machine has stopped, and takes it back where it was', async () => {
    const transport = later(memoryTransport())
    const { port, monitor } = await serve({ transport, heartbeatMs: 1_000 })
    const page = await openPage(port)
    const { chain } = speak(transport)
    await until(async () => page.monitor.getSnapshot().seq > 100)
    page.link.blackhole(true)
    await until(async () => monitor.stats.connections === 0)
    await chain.more(100)
    page.link.blackhole(false)

    expect(await endAndCompare(chain, [page])).toEqual([[]])
  })

  it('lets go of a viewer whose process has stopped, which goes on where it was when it is continued', async () => {
    const transport = later(memoryTransport())
    const { url, monitor } = await serve({ transport, heartbeatMs: 1_000 })
    const { chain } = speak(transport)
    const viewer = later(startProcess('view', url))
    expect(await viewer.line()).toBe('watching')
    viewer.child.kill('SIGSTOP')
    await until(async () => monitor.stats.connections === 0)
    await chain.more(200)
    viewer.child.kill('SIGCONT')
    chain.end()
    const { events, resets } = JSON.parse(await viewer.line())

    expect([differences({ events }, chain), resets]).toEqual([[], []])
    expect(await viewer.exit).toEqual([0, null])
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
      expect(server.monitor.stats).toMatchObject({ connections: 0, channels: 0 })
      await chain.more(50)
    }
    await until(async () => servers[2]?.monitor.stats.connections === clients.length)

    expect((await endAndCompare(chain, pages)).flat()).toEqual([])
  })

  it.each([0, 2_000])(
    'that drains for %i ms ends the process of a thousand viewers with 0, and closes each with 1001',
    async (drainMs) => {
      const { server, url } = await serveElsewhere(String(drainMs))
      const crowd = later(await openCrowd(url, 'r', 1_000))
      const askedAt = Date.now()
      server.child.kill('SIGTERM')

      expect(await server.exit).toEqual([0, null])
      await crowd.allClosed
      expect([...crowd.closes]).toEqual([[1001, 1_000]])
      // The promise of a graceful end: supervisors kill what takes longer.
      expect(Date.now() - askedAt).toBeLessThan(10_000)
    },
  )
})
