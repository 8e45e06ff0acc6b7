import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import type { RawFrame } from './raw-viewer.js'

/** One connection to a fake server, as its script sees it. */
export interface FakeConnection {
  readonly request: IncomingMessage
  /** Everything the client has sent. */
  readonly received: readonly RawFrame[]
  send(frame: object | string): void
  /** Welcomes with a short heartbeat. */
  welcome(): void
  /** The next frame of the client, from the first not yet given, of this type. */
  next(type: string): Promise<RawFrame>
  close(code?: number, reason?: string): void
  /** Cuts it without a close frame. */
  cut(): void
}

/** A server that does what its script says: what no real one should. */
export interface FakeServer {
  readonly url: string
  readonly connections: readonly FakeConnection[]
  /** The next connection, from the first not yet given. */
  connection(): Promise<FakeConnection>
  close(): Promise<void>
}

/** Starts a fake server. To add a fault: script it in the test with `connection()`, `next()`, `send()`, `close()`. */
export async function fakeServer(): Promise<FakeServer> {
  const server = new WebSocketServer({
    port: 0,
    host: '127.0.0.1',
    handleProtocols: (offered) => (offered.has('llmmon.v1') ? 'llmmon.v1' : false),
  })
  const connections: FakeConnection[] = []
  const waiting: (() => void)[] = []
  let given = 0
  server.on('connection', (ws, request) => {
    connections.push(fakeConnection(ws, request))
    for (const wake of waiting.splice(0)) wake()
  })
  await once(server, 'listening')

  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/ws`,
    connections,
    async connection() {
      while (given >= connections.length) await new Promise<void>((resolve) => waiting.push(resolve))
      given += 1
      return connections[given - 1] as FakeConnection
    },
    close: () =>
      new Promise((resolve) => {
        for (const ws of server.clients) ws.terminate()
        server.close(() => resolve())
      }),
  }
}

function fakeConnection(ws: WebSocket, request: IncomingMessage): FakeConnection {
  const received: RawFrame[] = []
  const waiting = new Set<() => void>()
  let given = 0
  ws.on('message', (data) => {
    received.push(JSON.parse(data.toString()))
    for (const wake of [...waiting]) wake()
  })
  ws.on('error', () => undefined)
  const send = (frame: object | string) => ws.send(typeof frame === 'string' ? frame : JSON.stringify(frame))

  return {
    request,
    received,
    send,
    welcome: () =>
      send({
        type: 'welcome',
        connection_id: 'fake',
        server_time: 0,
        heartbeat_ms: 25_000,
        limits: { max_frame_bytes: 16_384, max_subscriptions: 100 },
      }),
    next: (type) =>
      new Promise((resolve) => {
        const look = () => {
          while (given < received.length) {
            given += 1
            if (received[given - 1]?.type !== type) continue
            waiting.delete(look)
            resolve(received[given - 1] as RawFrame)
            return
          }
        }
        waiting.add(look)
        look()
      }),
    close: (code = 1000, reason = '') => ws.close(code, reason),
    cut: () => ws.terminate(),
  }
}
