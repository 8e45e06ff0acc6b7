import type { Server } from 'node:http'
import { createMonitorClient } from '@llmmon/client'
import { startRun, type Transport } from '@llmmon/core'
import { allowAnyone, createMonitorServer, type MonitorServer } from '@llmmon/server-ws'
import { listen, type RedisServer, startRedis, type TcpProxy, talk, tcpProxy, ViewerLog } from '@llmmon/testkit'
import { redisTransport } from '@llmmon/transport-redis'
import { WebSocket } from 'ws'

const noop = () => undefined
const quiet = { debug: noop, info: noop, warn: noop, error: noop }

/** A web server, with its own link to Redis, and the link that viewers come by. */
export interface WebServer {
  readonly toRedis: TcpProxy
  readonly fromViewers: TcpProxy
  monitor: MonitorServer
  /** Closes its viewers' connections as a deployment does, and takes its place again. */
  restart(drainMs: number): Promise<void>
}

/** Everything a soak plays on: one Redis, web servers and a process of writers, each behind links that can fail. */
export interface Stage {
  readonly redis: RedisServer
  readonly servers: readonly WebServer[]
  readonly writerLink: TcpProxy
  readonly writers: Transport
  close(): Promise<void>
}

/** Sets the stage. */
export async function setStage(serverCount: number): Promise<Stage> {
  const redis = await startRedis()
  const writerLink = await tcpProxy(redis.port)
  const writers = redisTransport({ url: urlOf(writerLink), logger: quiet })
  const servers = await Promise.all(Array.from({ length: serverCount }, () => startServer(redis)))
  return {
    redis,
    servers,
    writerLink,
    writers,
    async close() {
      await Promise.all(servers.map((server) => server.close()))
      await writers.close({ timeoutMs: 100 })
      await writerLink.close()
      await redis.close()
    },
  }
}

const urlOf = (link: TcpProxy) => `redis://127.0.0.1:${link.port}`

async function startServer(redis: RedisServer): Promise<WebServer & { close(): Promise<void> }> {
  const toRedis = await tcpProxy(redis.port)
  const http = await listen()
  const fromViewers = await tcpProxy(http.port)
  const start = (transport: Transport): MonitorServer => {
    const monitor = createMonitorServer({ transport, authorize: allowAnyone, logger: quiet })
    monitor.attach(http.server as Server)
    return monitor
  }
  let transport = redisTransport({ url: urlOf(toRedis), logger: quiet })
  const server = {
    toRedis,
    fromViewers,
    monitor: start(transport),
    async restart(drainMs: number) {
      const [oldMonitor, oldTransport] = [server.monitor, transport]
      const closing = oldMonitor.close({ drainMs })
      await closing
      await oldTransport.close()
      transport = redisTransport({ url: urlOf(toRedis), logger: quiet })
      server.monitor = start(transport)
    },
    async close() {
      await server.monitor.close()
      await transport.close()
      await http.close()
      await toRedis.close()
      await fromViewers.close()
    },
  }
  return server
}

/** A page that watches a run on some server. */
export function openPage(server: WebServer, runId: string) {
  const client = createMonitorClient({ url: `ws://127.0.0.1:${server.fromViewers.port}/ws`, WebSocket })
  const monitor = client.monitor(runId)
  return { client, monitor, log: new ViewerLog(monitor) }
}

/** A run that says something all the time. */
export function openRun(stage: Stage, runId: string, size: number) {
  const run = startRun({ name: 'soak', transport: stage.writers, runId, onError: noop })
  // So that what waits while Redis is away fits into the writer's bounds: what does not is dropped, and marked.
  return { run, chain: talk(run, { size, everyMs: 10 }) }
}
