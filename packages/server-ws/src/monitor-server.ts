import { randomUUID } from 'node:crypto'
import type { IncomingMessage, Server } from 'node:http'
import type { Server as SecureServer } from 'node:https'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { closeCodes, LlmmonError, subprotocol } from '@llmmon/core'
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws'
import { Admission, type Entry, type Refusal } from './admission.js'
import { attach } from './attach.js'
import { Channels } from './channels.js'
import { Clients } from './clients.js'
import { Connection, type ConnectionUser } from './connection.js'
import { Gate } from './gate.js'
import { createHealth, type Health } from './health.js'
import type { Identity } from './identity.js'
import { type MonitorServerOptions, resolveOptions } from './options.js'
import { PlainViewer } from './plain-viewer.js'
import { refuseUpgrade } from './refuse-upgrade.js'
import { concerns, type Revocation } from './revocations.js'
import { type Route, routedAs } from './route.js'
import { Seats } from './seats.js'
import { Session } from './session.js'
import { tickMsOf } from './tick.js'

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
  /** Takes a WebSocket that a framework has accepted. What is refused is closed: 4403 for an origin, 4503 and 1013 for too many. */
  handleConnection(ws: ServerWebSocket, request: IncomingMessage): void
  /**
   * Ends at once what somebody was let in for, also where a hook is just being asked: with `principal` their connections (4409, clients do not come back by themselves),
   * with `runId` what is watched of that run (`not_found`), with both that run for them. Of this server alone: where there are several, tell all.
   *
   * @throws LlmmonError `invalid_argument` with neither; and what your predicate throws, before anything has ended.
   * @example
   * monitor.revoke({ principal: ({ id }) => id === loggedOut.id })
   */
  revoke(revocation: Revocation): void
  /** How many connections and followed runs there are now. */
  readonly stats: { readonly connections: number; readonly channels: number }
  /**
   * Tells everybody to come back after a random part of `drainMs` (default 0), waits that long or until all have gone, closes with 1001 and frees everything. Meanwhile
   * upgrades are answered 503. Idempotent. Neither the HTTP server nor the transport is closed: they are yours.
   */
  close(options?: { drainMs?: number }): Promise<void>
}

/** What a client offers that speaks another version: echoed, or browsers would not let it see the close code. */
const otherVersion = /^llmmon\.v\d{1,9}$/
/** Close code of a connection that may be tried again later: the server is full. */
const tryAgainLater = 1013
const shuttingDown: Refusal = { status: 503, message: 'This server is shutting down.\n', headers: ['Retry-After: 5'] }
const unauthenticated: Refusal = {
  status: 401,
  message: 'The credentials were not accepted.\n',
  headers: ['WWW-Authenticate: Bearer'],
}
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
  // Whole ms: of a number with a fraction each connection would keep a copy on the heap.
  const now = () => Math.floor(performance.now())
  const gate = new Gate(resolved)
  const channels = new Channels(resolved, now)
  const admission = new Admission(resolved)
  const seats = new Seats(limits.maxConnectionsPerPrincipal)
  const clients = new Clients(
    () => {
      channels.tick()
      return channels.size > 0
    },
    tickMsOf(options.transport),
    now,
  )
  const sessions = { options: resolved, gate, channels, now, seats }
  const socketFailed = (err: Error) => logger.debug({ err }, 'A socket failed during its upgrade')
  const attached = new Set<() => void>()
  // Its types do not know yet that a number of pongs can be set.
  const bounds: ServerOptions & { maxPendingAutoPongs: number } = {
    noServer: true,
    maxPayload: limits.maxFrameBytes,
    maxFragments: limits.maxFragments,
    maxBufferedChunks: limits.maxBufferedChunks,
    maxPendingAutoPongs: limits.maxPendingPongs,
    perMessageDeflate: false,
    clientTracking: false,
    // A token that a client offers as a subprotocol is not echoed.
    handleProtocols: (offered) =>
      offered.has(subprotocol) ? subprotocol : ([...offered].find((name) => otherVersion.test(name)) ?? false),
  }
  const sockets = new WebSocketServer(bounds)
  let path = '/ws'
  const unmeter = resolved.metrics.addSource({
    llmmon_connections: () => clients.size,
    llmmon_runs: () => channels.size,
    llmmon_viewers: () => channels.viewers,
    llmmon_history_characters: () => channels.historyLength,
    llmmon_buffered_bytes: () => clients.bufferedBytes,
  })
  let closing: Promise<void> | undefined

  async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, route: Route): Promise<void> {
    // First of all: a socket that is reset while nobody listens ends the process.
    socket.on('error', socketFailed)
    const refuse = ({ status, message, headers }: Refusal) => {
      resolved.metrics.count('llmmon_upgrades_refused_total', { status })
      refuseUpgrade(socket, status, message, headers)
    }
    const entry = refusalOf(request, route) ?? admission.enter(request)
    if ('status' in entry) return refuse(entry)
    leaveWith(socket, entry)
    const tooOften = await admission.rate(request)
    if (tooOften) return refuse(tooOften)
    const asks = asksBefore(request, route)
    const identity = asks ? await gate.identify(request, ticketOf(route)) : undefined
    if (asks && !identity) return refuse(unauthenticated)
    if (closing) return refuse(shuttingDown)
    if (socket.destroyed) return entry.left()
    sockets.handleUpgrade(request, socket, head, (ws) => welcome(ws, request, route, entry, identity))
  }

  function refusalOf({ headers }: IncomingMessage, route: Route): Refusal | undefined {
    if (route.kind === 'foreign') {
      return { status: 404, message: `No WebSocket here; this server listens at ${path}.\n` }
    }
    if (closing) return shuttingDown
    const version = headers['sec-websocket-version']
    if (version === '13' || version === '8') return undefined
    const offer = ['Upgrade: websocket', 'Sec-WebSocket-Version: 13']
    return { status: 426, message: 'Expected an upgrade to WebSocket, version 13.\n', headers: offer }
  }

  function failed(err: unknown, socket: { destroy(): void } | { terminate(): void }): void {
    logger.error({ err }, 'An upgrade failed')
    if ('destroy' in socket) socket.destroy()
    else socket.terminate()
  }

  /** A page is told after the upgrade, by codes that it can see; a program that says at once who it is, before. */
  function asksBefore({ headers }: IncomingMessage, route: Route): boolean {
    if (!resolved.authenticate || headers.origin !== undefined) return false
    return route.kind === 'plain' || headers.authorization !== undefined
  }

  function welcome(ws: WebSocket, request: IncomingMessage, route: Route, entry: Entry, identity?: Identity): void {
    const isProtocol = route.kind !== 'plain'
    resolved.metrics.count('llmmon_connections_total', { endpoint: isProtocol ? 'protocol' : 'plain' })
    const connection = new Connection(ws, request.socket as Socket | undefined, resolved, now, isProtocol)
    if (isProtocol && ws.protocol !== subprotocol) {
      clients.keep(connection)
      connection.close(closeCodes.unsupportedVersion, `expected the subprotocol ${subprotocol}`)
      return
    }
    const user = route.kind === 'plain' ? plainViewer() : session()
    connection.use(user)
    clients.keep(connection)

    function session(): ConnectionUser {
      const arrival = { connectionId: randomUUID(), request, identity, identified: () => entry.identified() }
      return new Session(sessions, arrival, connection)
    }

    function plainViewer(): ConnectionUser {
      const { runId, after, ticket } = route as Route & { kind: 'plain' }
      const identify = async () => identity ?? gate.identify(request, ticket)
      const identified = () => entry.identified()
      const context = { runId, after, ticket, gate, identify, seats, identified, now }
      const { maxBufferedBytes } = limits
      return new PlainViewer({ ...context, channel: () => channels.of(runId), maxBufferedBytes }, connection)
    }
  }

  /** What a framework has accepted: it can only be closed. */
  async function accept(ws: WebSocket, request: IncomingMessage, route: Route): Promise<void> {
    const entry = closing ? shuttingDown : admission.enter(request)
    if ('status' in entry) return dismiss(ws, request, entry)
    leaveWith(ws, entry)
    welcome(ws, request, route, entry)
    const tooOften = await admission.rate(request)
    if (tooOften) ws.close(closeCodes.rateLimited, 'too many connections; come back later')
  }

  function dismiss(ws: WebSocket, request: IncomingMessage, refusal: Refusal): void {
    const connection = new Connection(ws, request.socket as Socket | undefined, resolved, now, false)
    clients.keep(connection)
    if (refusal === shuttingDown) connection.close(closeCodes.goingAway, 'the server is shutting down')
    else if (refusal.status === 429) connection.close(closeCodes.rateLimited, 'too many connections; come back later')
    else if (refusal.status === 403) connection.close(closeCodes.forbidden, 'pages of this origin may not connect')
    else connection.close(tryAgainLater, 'the server is full; come back later')
  }

  return {
    ...createHealth(resolved.transport, () => closing !== undefined, now),

    attach(server, attachOptions = {}) {
      const own = attachOptions?.path ?? '/ws'
      const detach = attach(server, own, (request, socket, head, route) => {
        upgrade(request, socket, head, route).catch((err) => failed(err, socket))
      })
      path = own
      attached.add(detach)
      return () => {
        detach()
        attached.delete(detach)
      }
    },

    handleUpgrade(request, socket, head) {
      upgrade(request, socket, head, routedAs(request.url, path)).catch((err) => failed(err, socket))
    },

    handleConnection(ws, request) {
      accept(ws, request, routedAs(request.url, path)).catch((err) => failed(err, ws))
    },

    revoke(revocation) {
      const { principal, runId } = revocation
      if (typeof principal !== 'function' && runId === undefined) {
        throw new LlmmonError(
          'invalid_argument',
          'Expected revoke({ principal }) with a function, or revoke({ runId }).',
        )
      }
      const meant = [...clients.users()].filter(({ identity }) => identity && concerns(revocation, identity.principal))
      gate.revoke(revocation)
      for (const user of meant) {
        if (runId === undefined) user.close(closeCodes.revoked, 'revoked')
        else user.endRun(runId)
      }
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
    for (const user of clients.users()) {
      if (user instanceof Session) user.send({ type: 'goaway', after_ms: [0, Math.max(1_000, drainMs)] })
    }
    await clients.dismiss(drainMs)
    for (const detach of attached) detach()
    attached.clear()
    channels.close()
    unmeter()
  }
}

// Of its own, so that what a connection keeps until it closes does not keep its request.
function leaveWith(socket: { on(event: 'close', listener: () => void): unknown }, entry: Entry): void {
  socket.on('close', () => entry.left())
}

function ticketOf(route: Route): string | undefined {
  return route.kind === 'plain' ? route.ticket : undefined
}
