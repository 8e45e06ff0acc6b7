import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { connect as connectSocket } from 'node:net'
import { memoryTransport, startRun } from '@llmmon/core'
import { type Listening, listen, rawViewer } from '@llmmon/testkit'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { allowAnyone, createMonitorServer, type MonitorServer, type MonitorServerOptions } from '../src/index.js'

const transport = memoryTransport()
let http: Listening
let monitor: MonitorServer

function serve(options: Partial<MonitorServerOptions> = {}): void {
  monitor = createMonitorServer({ transport, authorize: allowAnyone, ...options })
}

beforeEach(async () => {
  http = await listen()
})

afterEach(async () => {
  await monitor.close()
  await http.close()
})

/** The head of the answer to an upgrade request, as lines. */
async function upgrade(path: string, headers: Record<string, string> = {}): Promise<string[]> {
  const socket = connectSocket(http.port, '127.0.0.1')
  const all = {
    Host: `127.0.0.1:${http.port}`,
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version': '13',
    ...headers,
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`)
  socket.write([`GET ${path} HTTP/1.1`, ...lines, '', ''].join('\r\n'))
  const [data] = await once(socket, 'data')
  socket.destroy()
  return String(data).split('\r\n')
}

/** Hands every WebSocket of the HTTP server to the monitor, as a framework that owns the upgrade does. */
function acceptForFramework(): void {
  const accepting = new WebSocketServer({ server: http.server, handleProtocols: (offered) => [...offered][0] ?? false })
  accepting.on('connection', (ws, request: IncomingMessage) => monitor.handleConnection(ws, request))
}

describe('an upgrade', () => {
  it('of another WebSocket version is answered 426, with the one that works', async () => {
    serve()
    monitor.attach(http.server)
    const answer = await upgrade('/ws', { 'Sec-WebSocket-Version': '7' })

    expect(answer[0]).toBe('HTTP/1.1 426 Upgrade Required')
    expect(answer).toContain('Sec-WebSocket-Version: 13')
  })

  it('of another version of ours is accepted and closed with 4406, so that browsers see it', async () => {
    serve()
    monitor.attach(http.server)
    const viewer = await rawViewer(`${http.wsUrl}/ws`, { protocol: 'llmmon.v2' })

    expect((await viewer.closed()).code).toBe(4406)
    expect(viewer.ws.protocol).toBe('llmmon.v2')
  })

  it('never echoes what else is offered as a subprotocol', async () => {
    serve()
    monitor.attach(http.server)
    const answer = await upgrade('/ws', { 'Sec-WebSocket-Protocol': 'secret-token, llmmon.v1' })

    expect(answer).toContain('Sec-WebSocket-Protocol: llmmon.v1')
    expect(answer.join()).not.toContain('secret-token')
  })

  it('from a page of another origin is answered 403, and logged once with the line that would allow it', async () => {
    const warn = vi.fn()
    const noop = () => undefined
    serve({ logger: { debug: noop, info: noop, warn, error: noop } })
    monitor.attach(http.server)
    for (let i = 0; i < 3; i += 1) {
      expect((await upgrade('/ws', { Origin: 'https://evil.example' }))[0]).toBe('HTTP/1.1 403 Forbidden')
    }
    expect((await upgrade('/ws', { Origin: `https://127.0.0.1:${http.port}` }))[0]).toMatch(/ 101 /)

    expect(warn.mock.calls.map(([, text]) => text)).toEqual([
      'Refused a page of another origin. To let it connect: allowedOrigins: ["https://evil.example"]',
    ])
  })

  it('beyond the limit of connections is answered 503, and later again taken', async () => {
    serve({ limits: { maxConnections: 1 } })
    monitor.attach(http.server)
    const first = await rawViewer(`${http.wsUrl}/ws`)
    const refused = await upgrade('/ws')
    expect(refused[0]).toBe('HTTP/1.1 503 Service Unavailable')
    expect(refused).toContain('Retry-After: 10')
    first.send({ type: 'ping', n: 1 })
    await first.closed()

    expect((await upgrade('/ws'))[0]).toMatch(/ 101 /)
  })

  it('that a router of the application brings is taken whatever its path, and served', async () => {
    serve()
    http.server.on('upgrade', (request, socket, head) => monitor.handleUpgrade(request, socket, head))
    const run = startRun({ name: 'c', transport, runId: 'routed' })
    run.complete()
    await run.flushed()
    const viewer = await rawViewer(`${http.wsUrl}/api/live/chain/routed/`, { protocol: null })
    await viewer.closed()
    const other = await rawViewer(`${http.wsUrl}/api/live`)
    other.send({ type: 'hello' })

    expect(viewer.frames.map(({ update_type }) => update_type)).toEqual(['start', 'complete'])
    expect(await other.next()).toMatchObject({ type: 'welcome' })
  })

  it('that breaks off half-way leaves the server as it was', async () => {
    serve()
    monitor.attach(http.server)
    for (const text of ['GET /ws HTTP/1.1\r\nUpgr', 'GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n']) {
      const socket = connectSocket(http.port, '127.0.0.1')
      socket.on('error', () => undefined)
      socket.write(text)
      await once(socket, 'connect')
      socket.resetAndDestroy()
    }
    const viewer = await rawViewer(`${http.wsUrl}/ws`)
    viewer.send({ type: 'hello' })

    expect(await viewer.next()).toMatchObject({ type: 'welcome' })
    expect(monitor.stats.connections).toBe(1)
  })
})

describe('a connection that a framework has accepted', () => {
  it('is served like any other', async () => {
    serve()
    acceptForFramework()
    const viewer = await rawViewer(`${http.wsUrl}/wherever`)
    viewer.send({ type: 'hello' })

    expect(await viewer.next()).toMatchObject({ type: 'welcome' })
  })

  it('is told to come back when the server is full or closed', async () => {
    serve({ limits: { maxConnections: 1 } })
    acceptForFramework()
    const first = await rawViewer(`${http.wsUrl}/ws`)
    const second = await rawViewer(`${http.wsUrl}/ws`)
    expect((await second.closed()).code).toBe(1013)
    await monitor.close()
    expect((await first.closed()).code).toBe(1001)
    const third = await rawViewer(`${http.wsUrl}/ws`)

    expect((await third.closed()).code).toBe(1001)
  })
})

describe('a frame', () => {
  it('in more than 16 fragments closes the connection', async () => {
    serve()
    monitor.attach(http.server)
    const ws = new WebSocket(`${http.wsUrl}/ws`, 'llmmon.v1')
    await once(ws, 'open')
    for (let i = 1; i <= 20; i += 1) ws.send(' ', { fin: i === 20 })
    const [code] = await once(ws, 'close')

    expect(code).toBe(1008)
  })
})

describe('close', () => {
  it('answers newcomers 503 while it drains, and ends as soon as everybody has gone', async () => {
    serve()
    monitor.attach(http.server)
    const viewer = await rawViewer(`${http.wsUrl}/ws`)
    viewer.send({ type: 'hello' })
    await viewer.next()
    const since = performance.now()
    const closing = monitor.close({ drainMs: 60_000 })
    expect(await viewer.next()).toEqual({ type: 'goaway', after_ms: [0, 60_000] })
    const refused = await upgrade('/ws')
    expect(refused[0]).toBe('HTTP/1.1 503 Service Unavailable')
    expect(refused).toContain('Retry-After: 5')
    viewer.close()
    await closing

    expect(performance.now() - since).toBeLessThan(30_000)
    expect(http.server.listenerCount('upgrade')).toBe(0)
  })

  it('ends viewers that do not answer, also those that were refused as they came', async () => {
    serve()
    monitor.attach(http.server)
    const deaf = await rawViewer(`${http.wsUrl}/ws`)
    deaf.send({ type: 'hello' })
    await deaf.next()
    deaf.ws.pause()
    const refused = await rawViewer(`${http.wsUrl}/ws`, { protocol: 'llmmon.v9' })
    refused.ws.pause()
    expect(monitor.stats.connections).toBe(2)
    await Promise.all([monitor.close(), monitor.close({ drainMs: 5 })])

    expect(monitor.stats).toEqual({ connections: 0, channels: 0 })
    deaf.ws.terminate()
    refused.ws.terminate()
  })
})
