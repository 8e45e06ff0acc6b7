import { randomUUID } from 'node:crypto'
import type { IncomingMessage, Server } from 'node:http'
import type { Server as SecureServer } from 'node:https'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { closeCodes, LlmmonError, subprotocol } from '@llmmon/core'
import { type WebSocket, WebSocketServer } from 'ws'
import { Channels } from './channels.js'
import { Connection, type ConnectionUser } from './connection.js'
import { Gate } from './gate.js'
import { createHealth, type Health } from './health.js'
import { type MonitorServerOptions, resolveOptions } from './options.js'
import { isOriginAllowed } from './origin.js'
import { PlainViewer } from './plain-viewer.js'
import { refuseUpgrade } from './refuse-upgrade.js'
import { type Route, routedAs, routeOf } from './route.js'
import { Session } from './session.js'

/** The part of a `ws` WebSocket that frameworks hand over. */
export type ServerWebSocket = WebSocket

/** A server that lets browsers and programs watch runs. */
export interface MonitorServer extends Health {
  /**
   * Takes the WebSocket upgrades of an HTTP server for `path` (default `/ws`) and below `path/chain/`. Other upgrades are left to
   * their owners; where there is no other owner they are answered 404.
   *
   * @returns how to take it back, idempotent.
   */
  attach(server: Server | SecureServer, options?: { path?: string }): () => void
  /** Takes one upgrade request, for routers of your own, whatever they call the path; `…/chain/<runId>/` is the plain endpoint. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Takes a WebSocket that a framework has accepted; its origin has to be checked there. */
  handleConnection(ws: ServerWebSocket, request: IncomingMessage): void
  /** How many connections and followed runs there are now. */
  readonly stats: { readonly connections: number; readonly channels: number }
  /**
   * Tells everybody to come back after a random part of `drainMs` (default 0), waits that long or until all have gone, closes with 1001 and frees everything. Meanwhile
   * upgrades are answered 503. Idempotent. Neither the HTTP server nor the transport is closed: they are yours.
   */
  close(options?: { drainMs?: number }): Promise<void>
}

interface Client {
  readonly connection: Connection
  /** None where it was refused as it came. */
  readonly user: ConnectionUser | undefined
}

const tickMs = 1_000
/** What a client offers that speaks another version: echoed, or browsers would not let it see the close code. */
const otherVersion = /^llmmon\.v\d{1,9}$/
/** Close code of a connection that may be tried again later: the server is full. */
const tryAgainLater = 1013
/** How long a closed connection may take to go, ms. */
const farewellMs = 2_000

/**
 * Makes a server for the viewers of runs. It opens no port: attach it to the HTTP server you have.
 *
 * @throws LlmmonError `invalid_argument` without a transport or an `authorize`.
 * @example
 * const monitor = createMonitorServer({ transport, authorize: ({ principal, runId }) => owns(principal, runId) })
 * monitor.attach(httpServer, { path: '/ws' })
 */
export function createMonitorServer<Principal = unknown>(options: MonitorServerOptions<Principal>): MonitorServer {
  const resolved = resolveOptions(options as MonitorServerOptions)
  const { limits, logger } = resolved
  const now = () => performance.now()
  const gate = new Gate(resolved)
  const channels = new Channels(resolved, now)
  const clients = new Map<WebSocket, Client>()
  const attached = new Set<() => void>()
  const refusedOrigins = new Set<string>()
  const whenEmpty = new Set<() => void>()
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: limits.maxFrameBytes,
    maxFragments: 16,
    perMessageDeflate: false,
    clientTracking: false,
    // A token that a client offers as a subprotocol is not echoed.
    handleProtocols: (offered) =>
      offered.has(subprotocol) ? subprotocol : ([...offered].find((name) => otherVersion.test(name)) ?? false),
  })
  let path = '/ws'
  const unmeter = resolved.metrics.addSource({
    llmmon_connections: () => clients.size,
    llmmon_runs: () => channels.size,
    llmmon_viewers: () => channels.viewers,
    llmmon_history_characters: () => channels.historyLength,
    llmmon_buffered_bytes: () =>
      [...clients.values()].reduce((sum, { connection }) => sum + connection.bufferedBytes, 0),
  })
  let closing: Promise<void> | undefined
  let ticker: NodeJS.Timeout | undefined

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, route: Route): void {
    // First of all: a socket that is reset while nobody listens ends the process.
    socket.on('error', (err) => logger.debug({ err }, 'A socket failed during its upgrade'))
    const refusal = refusalOf(request, route)
    if (refusal) {
      resolved.metrics.count('llmmon_upgrades_refused_total', { status: refusal[0] })
      refuseUpgrade(socket, ...refusal)
    } else sockets.handleUpgrade(request, socket, head, (ws) => welcome(ws, request, route))
  }

  function refusalOf(request: IncomingMessage, route: Route): [number, string, string[]?] | undefined {
    const { origin, host } = request.headers
    if (route.kind === 'foreign') return [404, `No WebSocket here; this server listens at ${path}.\n`]
    if (closing) return [503, 'This server is shutting down.\n', ['Retry-After: 5']]
    if (clients.size >= limits.maxConnections) {
      return [503, 'This server has all the connections it can take.\n', ['Retry-After: 10']]
    }
    const version = request.headers['sec-websocket-version']
    if (version !== '13' && version !== '8') {
      return [
        426,
        'Expected an upgrade to WebSocket, version 13.\n',
        ['Upgrade: websocket', 'Sec-WebSocket-Version: 13'],
      ]
    }
    if (isOriginAllowed(origin, host, resolved.allowedOrigins)) return undefined
    warnOfOrigin(String(origin))
    return [403, 'Pages of this origin may not connect.\n']
  }

  function welcome(ws: WebSocket, request: IncomingMessage, route: Route): void {
    const isProtocol = route.kind !== 'plain'
    resolved.metrics.count('llmmon_connections_total', { endpoint: isProtocol ? 'protocol' : 'plain' })
    const connection = new Connection(ws, request.socket as Socket | undefined, resolved, now, isProtocol)
    const refusal = refusalAfterUpgrade(ws, isProtocol)
    if (refusal) {
      keep(ws, { connection, user: undefined })
      connection.close(...refusal)
      return
    }
    const user =
      route.kind === 'plain'
        ? plainViewer(request, route, connection)
        : new Session({ connectionId: randomUUID(), request, options: resolved, gate, channels, now }, connection)
    connection.use(user)
    keep(ws, { connection, user })
  }

  function refusalAfterUpgrade(ws: WebSocket, isProtocol: boolean): [number, string] | undefined {
    if (closing) return [closeCodes.goingAway, 'the server is shutting down']
    if (clients.size >= limits.maxConnections) return [tryAgainLater, 'the server is full; come back later']
    if (isProtocol && ws.protocol !== subprotocol) {
      return [closeCodes.unsupportedVersion, `expected the subprotocol ${subprotocol}`]
    }
    return undefined
  }

  function keep(ws: WebSocket, client: Client): void {
    clients.set(ws, client)
    ws.on('close', () => {
      clients.delete(ws)
      if (clients.size > 0) return
      for (const resolve of whenEmpty) resolve()
      if (channels.size === 0) stopTicking()
    })
    if (!ticker) {
      ticker = setInterval(tick, tickMs)
      ticker.unref()
    }
  }

  function plainViewer(
    request: IncomingMessage,
    route: Route & { kind: 'plain' },
    connection: Connection,
  ): PlainViewer {
    const { runId, after, ticket } = route
    const permitted = gate.identify(request, ticket).then((identity) => {
      return identity !== undefined && runId !== '' && gate.permits(identity.principal, 'watch', runId, ticket)
    })
    const { maxBufferedBytes } = limits
    return new PlainViewer(
      { runId, after, gate, permitted, channel: () => channels.of(runId), maxBufferedBytes, now },
      connection,
    )
  }

  function tick(): void {
    channels.tick()
    for (const { connection } of clients.values()) connection.tick()
    if (clients.size === 0 && channels.size === 0) stopTicking()
  }

  function stopTicking(): void {
    clearInterval(ticker)
    ticker = undefined
  }

  function warnOfOrigin(origin: string): void {
    if (refusedOrigins.has(origin) || refusedOrigins.size >= 100) return
    refusedOrigins.add(origin)
    const shown = JSON.stringify(origin.slice(0, 200))
    logger.warn({ origin: shown }, `Refused a page of another origin. To let it connect: allowedOrigins: [${shown}]`)
  }

  return {
    ...createHealth(resolved.transport, () => closing !== undefined, now),

    attach(server, attachOptions = {}) {
      if (attachOptions.path !== undefined && !attachOptions.path.startsWith('/')) {
        throw new LlmmonError(
          'invalid_argument',
          `Expected a path that starts with "/"; got ${JSON.stringify(attachOptions.path)}.`,
        )
      }
      path = attachOptions.path ?? '/ws'
      const own = path
      const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
        const route = routeOf(request.url, own)
        if (route.kind !== 'foreign' || server.listenerCount('upgrade') === 1) upgrade(request, socket, head, route)
      }
      server.on('upgrade', onUpgrade)
      const detach = () => {
        server.off('upgrade', onUpgrade)
        attached.delete(detach)
      }
      attached.add(detach)
      return detach
    },

    handleUpgrade: (request, socket, head) => upgrade(request, socket, head, routedAs(request.url, path)),

    handleConnection(ws, request) {
      welcome(ws, request, routedAs(request.url, path))
    },

    get stats() {
      return { connections: clients.size, channels: channels.size }
    },

    close({ drainMs = 0 } = {}) {
      closing ??= shutDown(drainMs)
      return closing
    },
  }

  async function shutDown(drainMs: number): Promise<void> {
    for (const { user } of clients.values()) {
      if (user instanceof Session) user.send({ type: 'goaway', after_ms: [0, Math.max(1_000, drainMs)] })
    }
    if (drainMs > 0) await emptied(drainMs)
    for (const { user, connection } of clients.values()) {
      const target = user ?? connection
      target.close(closeCodes.goingAway, 'the server is shutting down')
    }
    await emptied(farewellMs)
    for (const { connection } of clients.values()) connection.terminate()
    await emptied(farewellMs)
    for (const detach of [...attached]) detach()
    channels.close()
    unmeter()
    stopTicking()
  }

  /** Waits until no client is left, at most so long. */
  function emptied(ms: number): Promise<void> {
    if (clients.size === 0) return Promise.resolve()
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer)
        whenEmpty.delete(done)
        resolve()
      }
      const timer = setTimeout(done, ms)
      whenEmpty.add(done)
    })
  }
}
