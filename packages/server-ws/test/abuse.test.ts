import { once } from 'node:events'
import { connect as connectSocket, type Socket } from 'node:net'
import { type MemoryTransport, memoryTransport, startRun } from '@llmmon/core'
import { type Listening, listen, type RawViewer, rawViewer } from '@llmmon/testkit'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  allowAnyone,
  createMonitorServer,
  expiring,
  type MonitorServer,
  type MonitorServerOptions,
} from '../src/index.js'

let transport: MemoryTransport
let http: Listening
let monitor: MonitorServer
const sockets: { destroy(): void }[] = []

function serve(options: Partial<MonitorServerOptions> = {}): void {
  monitor = createMonitorServer({ transport, authorize: allowAnyone, ...options })
  monitor.attach(http.server)
}

async function join(path = '/ws', options: Parameters<typeof rawViewer>[1] = {}): Promise<RawViewer> {
  const viewer = await rawViewer(`${http.wsUrl}${path}`, options)
  sockets.push({ destroy: () => viewer.ws.terminate() })
  return viewer
}

async function welcomed(token?: string, options?: Parameters<typeof rawViewer>[1]): Promise<RawViewer> {
  const viewer = await join('/ws', options)
  viewer.send({ type: 'hello', ...(token && { token }) })
  return viewer
}

/** An upgrade request as text. */
function handshake(headers: Record<string, string> = {}, path = '/ws'): string {
  const all = {
    Host: `127.0.0.1:${http.port}`,
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Protocol': 'llmmon.v1',
    ...headers,
  }
  return `GET ${path} HTTP/1.1\r\n${Object.entries(all)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n`
}

async function rawSocket(): Promise<Socket> {
  const socket = connectSocket(http.port, '127.0.0.1')
  socket.on('error', () => undefined)
  sockets.push(socket)
  await once(socket, 'connect')
  return socket
}

/** The answer to an upgrade request, as lines. */
async function ask(headers: Record<string, string> = {}, path?: string): Promise<string[]> {
  const socket = await rawSocket()
  socket.write(handshake(headers, path))
  const [data] = await once(socket, 'data')
  return String(data).split('\r\n')
}

beforeEach(async () => {
  transport = memoryTransport()
  http = await listen()
})

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await monitor.close()
  await transport.close()
  await http.close()
})

describe('too many', () => {
  it('connections of an address are refused with 429, as its proxy tells it', async () => {
    serve({ limits: { maxConnectionsPerAddress: 2 }, trustProxy: 1 })
    const from = (address: string) => ({ 'X-Forwarded-For': address })
    const answers = []
    for (let i = 0; i < 3; i += 1) answers.push(await ask(from('2001:db8::1')))
    expect(answers.map(([status]) => status?.split(' ')[1])).toEqual(['101', '101', '429'])
    expect(answers[2]).toContain('Retry-After: 10')
    expect((await ask(from('2001:db8::2')))[0]).toMatch(/ 429 /)

    expect((await ask(from('2001:db8:0:1::1')))[0]).toMatch(/ 101 /)
  })

  it('handshakes of an address are refused with 429 and when to come back', async () => {
    serve({ limits: { handshakesPerMinute: 3 }, trustProxy: 1 })
    const answers = []
    for (let i = 0; i < 4; i += 1) answers.push(await ask({ 'X-Forwarded-For': '10.0.0.1' }))

    expect(answers.map(([status]) => status?.split(' ')[1])).toEqual(['101', '101', '101', '429'])
    expect(answers[3]?.join()).toMatch(/Retry-After: \d+/)
  })

  it('connections of a principal are closed with 4429, on either endpoint, until one has gone', async () => {
    serve({
      authenticate: (request, { token }) => token ?? request.headers.authorization,
      limits: { maxConnectionsPerPrincipal: 2 },
    })
    const first = await welcomed('u')
    await first.next()
    const plain = await join('/ws/chain/r/', { protocol: null, headers: { authorization: 'u' } })
    const third = await welcomed('u')
    expect((await third.closed()).code).toBe(4429)
    const fourth = await join('/ws/chain/r/', { protocol: null, headers: { authorization: 'u' } })
    expect((await fourth.closed()).code).toBe(4429)
    expect(await (await welcomed('v')).next()).toMatchObject({ type: 'welcome' })
    plain.close()
    await plain.closed()
    await vi.waitFor(async () => expect(await (await welcomed('u')).next()).toMatchObject({ type: 'welcome' }))
  })

  it('subscriptions on one socket end it, and leave nothing behind', async () => {
    serve()
    const viewer = await welcomed()
    for (let ref = 0; ref < 10_000; ref += 1) viewer.send({ type: 'subscribe', ref, run_id: `run-${ref}` })
    expect((await viewer.closed()).code).toBe(4503)
    expect(monitor.stats.channels).toBeLessThanOrEqual(100)
    await vi.waitFor(() => expect(monitor.stats.connections).toBe(0))
  })

  it.each([
    ['frames at the plain endpoint', '/ws/chain/r/', (viewer: RawViewer) => viewer.ws.send('x')],
    ['pings', '/ws', (viewer: RawViewer) => viewer.ws.ping()],
    ['pongs', '/ws', (viewer: RawViewer) => viewer.ws.pong()],
  ])('%s end the connection', async (_, path, send) => {
    serve()
    const viewer = await join(path, { protocol: path === '/ws' ? 'llmmon.v1' : null })
    for (let i = 0; i < 1_000 && viewer.ws.readyState === viewer.ws.OPEN; i += 1) {
      send(viewer)
      if (i % 10 === 0) await new Promise((resolve) => setImmediate(resolve))
    }

    expect((await viewer.closed()).code).toBe(4503)
  })

  it('pings of somebody who reads no answers end the connection', async () => {
    serve({ limits: { framesPerSecond: 1_000_000 } })
    const viewer = await welcomed()
    await viewer.next()
    viewer.ws.pause()
    const socket = (viewer.ws as unknown as { _socket: Socket })._socket
    const gone = new Promise((resolve) => socket.on('close', resolve))
    // A pong for each of these; once the buffers between are full they would wait on the server.
    const pings = Buffer.concat(
      Array.from({ length: 10_000 }, () => Buffer.from([0x89, 0xfd, 0, 0, 0, 0, ...new Uint8Array(125)])),
    )
    for (let i = 0; i < 100 && monitor.stats.connections > 0; i += 1) {
      const written = new Promise((resolve) => socket.write(pings, resolve))
      await Promise.race([written, gone])
    }
    await vi.waitFor(() => expect(monitor.stats.connections).toBe(0), { timeout: 10_000 })
  })

  it('fragments, and pieces of a frame that is never whole, end the connection', async () => {
    serve({ limits: { framesPerSecond: 1_000_000 } })
    const viewer = await welcomed()
    await viewer.next()
    for (let i = 0; i < 17; i += 1) viewer.ws.send('', { fin: false })
    expect((await viewer.closed()).code).toBe(1008)
    const dripping = await rawSocket()
    dripping.write(handshake())
    await once(dripping, 'data')
    dripping.write(Buffer.from([0x81, 0xfe, 0x20, 0, 0, 0, 0, 0]))
    const closed = once(dripping, 'end')
    dripping.resume()
    dripping.setNoDelay(true)
    for (let i = 0; i < 8_000 && dripping.writable && !dripping.readableEnded; i += 1) {
      dripping.write('x')
      if (i % 4 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    await closed
    await vi.waitFor(() => expect(monitor.stats.connections).toBe(0))
  })
})

describe('slow and broken strangers', () => {
  it('do not keep others out: silent sockets, half requests, and connections that say nothing', async () => {
    serve({ limits: { helloTimeoutMs: 1_000 } })
    const silent = await Promise.all(Array.from({ length: 200 }, rawSocket))
    const half = await Promise.all(Array.from({ length: 200 }, rawSocket))
    for (const socket of half) socket.write('GET /ws HTTP/1.1\r\nHost: x\r\nUpgr')
    const mute = await Promise.all(Array.from({ length: 100 }, () => join()))
    const viewer = await welcomed()
    expect(await viewer.next()).toMatchObject({ type: 'welcome' })
    const codes = await Promise.all(mute.map(async (each) => (await each.closed()).code))

    expect(new Set(codes)).toEqual(new Set([4504]))
    expect([silent.length, half.length]).toEqual([200, 200])
    await vi.waitFor(() => expect(monitor.stats.connections).toBe(1))
    viewer.send({ type: 'ping', n: 1 })
    expect(await viewer.next()).toMatchObject({ type: 'pong' })
  })

  it('leave no place taken when they break off, at whatever byte of the handshake, also while they are asked about', async () => {
    let asked = 0
    serve({
      authenticate: async (request) => {
        asked += 1
        await new Promise((resolve) => setTimeout(resolve, 5))
        return request.headers.authorization
      },
      limits: { maxConnections: 3, maxUnidentified: 3 },
    })
    const text = handshake({ Authorization: 'u' })
    for (let length = 0; length <= text.length; length += 1) {
      const socket = await rawSocket()
      socket.write(text.slice(0, length))
      if (length % 3 === 0) await new Promise((resolve) => setImmediate(resolve))
      socket.resetAndDestroy()
    }
    await vi.waitFor(() => expect(monitor.stats.connections).toBe(0))
    const places = async () => {
      for (const socket of sockets.splice(0)) socket.destroy()
      const answers = await Promise.all([1, 2, 3].map(() => ask({ Authorization: 'u' })))
      expect(answers.map(([status]) => status?.split(' ')[1])).toEqual(['101', '101', '101'])
    }
    await vi.waitFor(places, { timeout: 5_000 })
    expect(asked).toBeGreaterThan(0)
  })

  it('are answered 401 before the upgrade when the hook says nothing in time, or while the server closes 503', async () => {
    const authenticate = vi.fn(() => new Promise<never>(() => undefined))
    serve({ authenticate, limits: { hookTimeoutMs: 50 } })
    const refused = await ask({ Authorization: 'u' })
    expect([refused[0], refused[1]]).toEqual(['HTTP/1.1 401 Unauthorized', 'Connection: close'])
    expect(refused).toContain('WWW-Authenticate: Bearer')
    const waiting = ask({ Authorization: 'u' })
    await vi.waitFor(() => expect(authenticate).toHaveBeenCalledTimes(2))
    await monitor.close()

    expect((await waiting)[0]).toMatch(/ (401|503) /)
  })

  it('are asked about once when their header said who they are', async () => {
    const authenticate = vi.fn(() => 'u')
    serve({ authenticate })
    const viewer = await welcomed(undefined, { headers: { authorization: 'u' } })
    await viewer.next()
    await join('/ws/chain/r/', { protocol: null, headers: { authorization: 'u' } })

    expect(authenticate).toHaveBeenCalledTimes(2)
  })
})

describe('what somebody was let in for', () => {
  it('ends at once when the principal is revoked, on either endpoint, and for nobody else', async () => {
    serve({ authenticate: (request, { token }) => token ?? request.headers.authorization })
    const run = startRun({ name: 'c', transport, runId: 'r' })
    const [out, stays] = [await welcomed('u'), await welcomed('v')]
    for (const viewer of [out, stays]) viewer.send({ type: 'subscribe', ref: 1, run_id: 'r' })
    const plain = await join('/ws/chain/r/', { protocol: null, headers: { authorization: 'u' } })
    await Promise.all([out, stays].map((viewer) => viewer.next(({ type }) => type === 'events')))
    await plain.next()
    monitor.revoke({ principal: (principal) => principal === 'u' })
    run.custom('secret')
    expect([(await out.closed()).code, (await plain.closed()).code]).toEqual([4409, 4409])
    await stays.next(({ type }) => type === 'events')

    expect(JSON.stringify([out.frames, plain.frames])).not.toContain('secret')
  })

  it('ends also for who was let in before the upgrade and has said nothing since', async () => {
    serve({ authenticate: (request) => request.headers.authorization })
    const viewer = await join('/ws', { headers: { authorization: 'u' } })
    monitor.revoke({ principal: (principal) => principal === 'u' })

    expect((await viewer.closed()).code).toBe(4409)
  })

  it('ends for a run, for all or for some', async () => {
    serve({ authenticate: (_, { token }) => token })
    const run = startRun({ name: 'c', transport, runId: 'r' })
    const viewers = await Promise.all(['u', 'v'].map((token) => welcomed(token)))
    const [u, v] = viewers as [RawViewer, RawViewer]
    for (const viewer of viewers) viewer.send({ type: 'subscribe', ref: 1, run_id: 'r' })
    await Promise.all(viewers.map((viewer) => viewer.next(({ type }) => type === 'events')))
    monitor.revoke({ runId: 'r', principal: (principal) => principal === 'u' })
    expect(await u.next()).toMatchObject({ type: 'error', ref: 1, code: 'not_found' })
    run.custom('n', 1)
    await v.next(({ type }) => type === 'events')
    monitor.revoke({ runId: 'r' })
    expect(await v.next()).toMatchObject({ type: 'error', ref: 1, code: 'not_found' })
    run.custom('n', 2)
    await run.flushed()
    for (const viewer of viewers) {
      viewer.send({ type: 'ping', n: 1 })
      expect(await viewer.next()).toMatchObject({ type: 'pong' })
    }
  })

  it('does not end where the revocation says nothing, or its predicate throws', async () => {
    serve({ authenticate: (_, { token }) => token })
    const viewer = await welcomed('u')
    await viewer.next()
    expect(() => monitor.revoke({})).toThrow('revoke({ principal })')
    const predicate = () => {
      throw new Error('a bug in it')
    }
    expect(() => monitor.revoke({ principal: predicate })).toThrow('a bug in it')
    viewer.send({ type: 'ping', n: 1 })

    expect(await viewer.next()).toMatchObject({ type: 'pong' })
  })

  it('ends with the token, on either endpoint', async () => {
    serve({ authenticate: () => expiring('u', new Date(Date.now() + 1_500)) })
    const viewer = await welcomed()
    expect((await viewer.next()).expires_at).toBeGreaterThan(Date.now())
    const plain = await join('/ws/chain/r/', { protocol: null })

    expect([(await viewer.closed()).code, (await plain.closed()).code]).toEqual([4501, 4501])
  })
})
