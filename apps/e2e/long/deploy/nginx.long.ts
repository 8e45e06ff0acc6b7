import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createMonitorClient, type WebSocketClass } from '@llmmon/client'
import { startRun, type Transport } from '@llmmon/core'
import { differences, listen, type RedisServer, startRedis, talk, until, ViewerLog } from '@llmmon/testkit'
import { redisTransport } from '@llmmon/transport-redis'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { root } from '../../test/documents.js'
import type { Program } from '../recipes/program.js'
import { fromGuide, type GuideServer, guideServer } from './guide.js'
import { type Nginx, startNginx } from './nginx.js'

// These keys are for tests alone.
const tls = (name: string) => join(root, 'packages/transport-redis/test/tls', name)
const ca = readFileSync(tls('authority.pem'))
// All of one user, who may have twenty connections to a server.
const viewerCount = 18

let redis: RedisServer
let source: GuideServer
let servers: [Program, Program]
let nginx: Nginx
let ports: [number, number, number]
const closers: (() => unknown)[] = []
const page = () => `https://localhost:${ports[0]}`
const socket = () => `wss://localhost:${ports[0]}/ws`

async function freePort(): Promise<number> {
  const free = await listen()
  await free.close()
  return free.port
}

beforeAll(async () => {
  redis = await startRedis()
  ports = [await freePort(), await freePort(), await freePort()]
  source = guideServer(redis.url, [
    ['trustProxy: 1', 'trustProxy: 1, heartbeatMs: 1_000'],
    ['drainMs: 5_000', 'drainMs: 2_000'],
  ])
  servers = [await source.start(ports[1]), await source.start(ports[2])]
  const configuration = fromGuide('nginx', [
    ['10.0.0.11:3000', `127.0.0.1:${ports[1]}`],
    ['10.0.0.12:3000', `127.0.0.1:${ports[2]}`],
    ['listen 443', `listen ${ports[0]}`],
    ['app.example.com;', 'localhost;'],
    ['/etc/nginx/tls/app.example.com.pem', tls('server.pem')],
    ['/etc/nginx/tls/app.example.com.key', tls('server.key')],
    // As long for heartbeats of a second as it is for those of the guide.
    ['75s', '3s'],
  ])
  nginx = await startNginx(configuration, ports[0])
})

afterAll(async () => {
  await nginx?.close()
  await Promise.all(servers?.map((server) => server.close()) ?? [])
  source?.close()
  await redis?.close()
})

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

/** What the chains of another process write with. */
function writer(): Transport {
  const transport = redisTransport({ url: redis.url })
  closers.push(() => transport.close())
  return transport
}

/** What a browser's page of an origin brings, with the cookie of a user. */
function browserOf(user: string, origin = page(), more: Record<string, string> = {}): WebSocketClass {
  return class extends WebSocket {
    constructor(url: string, protocols?: string | string[]) {
      super(url, protocols, { ca, origin, headers: { cookie: `user=${user}`, ...more } })
    }
  } as unknown as WebSocketClass
}

/** The HTTP status with which a page's WebSocket is answered. */
function statusFor(origin?: string, more?: Record<string, string>): Promise<number> {
  const ws = new (browserOf('ann', origin, more) as unknown as typeof WebSocket)(socket(), ['llmmon.v1'])
  return new Promise((resolve, reject) => {
    ws.on('unexpected-response', (_, response) => resolve(response.statusCode ?? 0))
    ws.on('open', () => resolve(101))
    ws.on('error', reject)
  }).finally(() => {
    ws.on('error', () => undefined)
    ws.close()
  }) as Promise<number>
}

it('lets in pages of its own address, with TLS ended by nginx, and no others', async () => {
  const claims = { 'x-forwarded-host': 'evil.example', 'x-forwarded-for': '192.0.2.1' }

  expect(await statusFor()).toBe(101)
  expect(await statusFor('https://localhost')).toBe(403)
  expect(await statusFor('https://evil.example')).toBe(403)
  expect(await statusFor('https://evil.example', claims)).toBe(403)
})

it('shows a run whole to all its viewers while one server after the other is stopped, started and killed', async () => {
  const transport = writer()
  const run = startRun({ name: 'long', transport, metadata: { userId: 'ann' } })
  const said = talk(run)
  await run.flushed()
  const monitors = Array.from({ length: viewerCount }, () => {
    const client = createMonitorClient({ url: socket(), WebSocket: browserOf('ann') })
    closers.push(() => client.close())
    return client.monitor(run.runId)
  })
  const logs = monitors.map((monitor) => new ViewerLog(monitor))
  const returned = new Set<number>()
  for (const [i, monitor] of monitors.entries()) {
    monitor.subscribe(() => {
      if (monitor.getSnapshot().connection.state === 'waiting') returned.add(i)
    })
  }
  const areAllOpen = async () => monitors.every((each) => each.getSnapshot().connection.state === 'open')

  await until(areAllOpen)
  expect(await servers[0].stop()).toBe(0)
  const first = new Set(returned)
  await until(areAllOpen)
  await said.more(100)
  servers[0] = await source.start(ports[1])
  expect(await servers[1].stop()).toBe(0)
  await until(areAllOpen)
  await said.more(100)
  servers[1] = await source.start(ports[2])
  await servers[0].close()
  await until(areAllOpen)
  await said.more(100)
  said.end()
  await Promise.all(monitors.map((monitor) => monitor.result))

  expect(logs.flatMap((log) => differences(log, said))).toEqual([])
  expect(logs.flatMap(({ resets }) => resets)).toEqual([])
  // Each server had its part of the viewers, and in the end all have come back.
  expect(first.size).toBeGreaterThan(0)
  expect(first.size).toBeLessThan(viewerCount)
  expect(returned.size).toBe(viewerCount)
})

it('keeps a connection on which nothing happens', async () => {
  const run = startRun({ name: 'silent', transport: writer(), metadata: { userId: 'ann' } })
  await run.flushed()
  const ws = new (browserOf('ann') as unknown as typeof WebSocket)(socket(), ['llmmon.v1'])
  const frames: string[] = []
  ws.on('message', (data) => frames.push(JSON.parse(String(data)).type))
  ws.on('open', () => {
    ws.send(JSON.stringify({ type: 'hello' }))
    ws.send(JSON.stringify({ type: 'subscribe', ref: 1, run_id: run.runId }))
  })
  let code = 0
  ws.on('close', (closed) => {
    code = closed
  })
  // Longer than nginx waits.
  await until(async () => code > 0 || frames.filter((type) => type === 'hb').length >= 6)

  expect(code).toBe(0)
  ws.close()
})
