import { createMonitorClient, type MonitorClient } from '@llmmon/client'
import { type MemoryTransport, memoryTransport, startRun } from '@llmmon/core'
import {
  createMonitorServer,
  expiring,
  type MonitorServer,
  type MonitorServerOptions,
  signRunToken,
  verifyRunToken,
} from '@llmmon/server-ws'
import { type Listening, listen, startRedis, talk, until } from '@llmmon/testkit'
import { Redis } from 'ioredis'
import { RateLimiterRedis } from 'rate-limiter-flexible'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'

const secret = 'a secret of at least 32 characters'
let transport: MemoryTransport
let http: Listening
const open: { close(): unknown }[] = []

beforeEach(async () => {
  transport = memoryTransport()
  http = await listen()
})

afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close()
  await transport.close()
  await http.close()
})

function serve<Principal>(options: Omit<MonitorServerOptions<Principal>, 'transport'>, at = http): MonitorServer {
  const server = createMonitorServer({ transport, ...options })
  server.attach(at.server)
  open.push(server)
  return server
}

function connect(getToken: (request: { runId?: string; reason: string }) => string | null): MonitorClient {
  const client = createMonitorClient({ url: `${http.wsUrl}/ws`, WebSocket, getToken: vi.fn(getToken) })
  open.push(client)
  return client
}

describe('a token that expires', () => {
  it('is refreshed on the open socket: the page sees every event once, and no second connection', async () => {
    const lifeMs = 5_000
    const ends: number[] = []
    const connections = new Set<unknown>()
    serve<string>({
      authenticate: (request, { token }) => {
        connections.add(request)
        ends.push(Date.now() + lifeMs)
        return token ? expiring(token, new Date(ends.at(-1) as number)) : null
      },
      authorize: () => true,
    })
    const reasons: string[] = []
    const client = connect(({ reason, runId }) => {
      reasons.push(reason)
      return runId ? null : `token ${reasons.length}`
    })
    const run = startRun({ name: 'c', transport, runId: 'r' })
    const talking = talk(run)
    const monitor = client.monitor<{ said: number }>('r')
    const seen: unknown[] = []
    monitor.onCustom(({ data }) => seen.push(data))
    // Past the end of the first token, and of the second.
    await until(async () => ends.length > 2 && Date.now() > (ends[1] as number))
    talking.end()
    const { said } = await monitor.result

    expect(seen).toEqual(Array.from({ length: said }, (_, i) => i))
    expect(monitor.getSnapshot().text).toBe(talking.text)
    expect(reasons.slice(0, 4)).toEqual(['connect', 'subscribe', 'refresh', 'refresh'])
    expect(connections.size).toBe(1)
  })

  it('that is not refreshed in time ends the connection; the page comes back with another and misses nothing', async () => {
    serve<string>({
      authenticate: (_, { token }) => (token ? expiring(token, new Date(Date.now() + 1_200)) : null),
      authorize: () => true,
    })
    const reasons: string[] = []
    const client = connect(({ reason, runId }) => {
      reasons.push(reason)
      return runId || reason === 'refresh' ? null : 'a token'
    })
    const talking = talk(startRun({ name: 'c', transport, runId: 'r' }))
    const monitor = client.monitor<{ said: number }>('r')
    const seen: unknown[] = []
    monitor.onCustom(({ data }) => seen.push(data))
    await until(async () => reasons.filter((reason) => reason === 'expired').length > 1)
    talking.end()
    const { said } = await monitor.result

    expect(seen).toEqual(Array.from({ length: said }, (_, i) => i))
  })
})

describe('a run token', () => {
  it('lets whoever has it watch and cancel that run, and nothing else', async () => {
    serve({ authorize: async (request) => (await verifyRunToken(request.token, request, secret)) !== undefined })
    const [watch, both] = await Promise.all([
      signRunToken({ runId: 'r' }, secret),
      signRunToken({ runId: 'r', actions: ['watch', 'cancel'] }, secret),
    ])
    const run = startRun({ name: 'c', transport, runId: 'r' })
    startRun({ name: 'c', transport, runId: 'other' })
    const watching = connect(({ runId }) => (runId ? watch : null))
    const stopping = connect(({ runId }) => (runId ? both : null))
    await expect(connect(() => null).monitor('r').result).rejects.toMatchObject({ code: 'refused' })
    await expect(watching.monitor('other').result).rejects.toMatchObject({ code: 'refused' })
    await expect(watching.monitor('r').cancel()).rejects.toMatchObject({ code: 'refused' })
    expect(run.signal.aborted).toBe(false)
    expect(await stopping.monitor('r').cancel()).toBe('accepted')
    run.complete('done')

    expect(await watching.monitor('r').result).toBe('done')
  })

  it('lets in who comes in its time, who then stays past it, also when the principal is asked again', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
    const server = serve<string>({
      authenticate: (_, { token }) => token,
      authorize: async (request) => (await verifyRunToken(request.token, request, secret)) !== undefined,
    })
    const token = await signRunToken({ runId: 'r', ttlMs: 60_000 }, secret)
    const run = startRun({ name: 'c', transport, runId: 'r' })
    const ws = new WebSocket(`${http.wsUrl}/ws`, ['llmmon.v1'])
    open.push(ws)
    const frames: { type: string; ref?: number }[] = []
    ws.on('message', (data) => frames.push(JSON.parse(String(data))))
    await new Promise((resolve) => ws.on('open', resolve))
    const send = (frame: object) => ws.send(JSON.stringify(frame))
    send({ type: 'hello', token: 'u' })
    send({ type: 'subscribe', ref: 1, run_id: 'r', token })
    await until(async () => frames.some(({ type }) => type === 'events'))
    vi.setSystemTime(Date.now() + 120_000)
    send({ type: 'auth', ref: 2, token: 'v' })
    send({ type: 'subscribe', ref: 3, run_id: 'r-2', token })
    await until(async () => frames.some(({ type, ref }) => type === 'error' && ref === 3))
    run.complete()
    await until(async () => frames.some(({ type }) => type === 'end'))
    vi.useRealTimers()

    expect(frames.filter(({ type }) => type === 'error').map(({ ref }) => ref)).toEqual([3])
    expect(server.stats.connections).toBe(1)
  })
})

describe('many servers', () => {
  it('count the handshakes of an address together in Redis', async () => {
    const redis = await startRedis()
    open.push(redis)
    const second = await listen()
    open.push(second)
    const storeClient = new Redis(redis.url)
    open.push({ close: () => storeClient.disconnect() })
    const handshakeLimiter = new RateLimiterRedis({ storeClient, points: 5, duration: 60 })
    for (const at of [http, second]) serve({ authorize: () => true, trustProxy: 1, handshakeLimiter }, at)
    const statuses = []
    for (let i = 0; i < 7; i += 1) statuses.push(await knock([http, second][i % 2] as Listening, '10.0.0.1'))

    expect(statuses).toEqual([101, 101, 101, 101, 101, 429, 429])
    expect(await knock(http, '10.0.0.2')).toBe(101)
  })
})

function knock({ wsUrl }: Listening, address: string): Promise<number | undefined> {
  const ws = new WebSocket(`${wsUrl}/ws`, ['llmmon.v1'], { headers: { 'x-forwarded-for': address } })
  ws.on('error', () => undefined)
  return new Promise((resolve) => {
    ws.on('upgrade', () => resolve(101)).on('unexpected-response', (_, { statusCode }) => resolve(statusCode))
    ws.on('open', () => ws.terminate())
  })
}
