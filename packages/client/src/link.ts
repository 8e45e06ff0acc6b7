import {
  type ConnectionNews,
  type ConnectionState,
  connection,
  hasSocket,
  idleConnection,
} from './connection-machine.js'
import type { WebSocketLike } from './socket.js'

/** What a link works with. */
export interface LinkOptions {
  /** Gives the token to connect with, if one is needed; when it rejects, the link tries again later. */
  getToken?: ((reason: 'connect' | 'expired') => Token | Promise<Token>) | undefined
  /** Makes the socket; when it throws, the link is refused and stays so. */
  open(token: Token): WebSocketLike
  /** The socket is open: say who you are and what you want. */
  greet(token: Token): void
  /** Takes a text of the server. What it throws is reported, and the text ignored. */
  receive(text: string): void
  /** Where the server says that it cannot use this client's positions. */
  forgetPositions(): void
  /** The connection stands differently. */
  changed(state: ConnectionState): void
}

/** A token, or none. */
export type Token = string | null | undefined

/** See `createLink`. */
export type Link = ReturnType<typeof createLink>

const checkMs = 5_000
const graceMs = 10_000
const connectTimeoutMs = 20_000
const pingTimeoutMs = 3_000

/** Makes a socket that is kept open while somebody needs it. A thin shell around the connection machine. */
export function createLink(options: LinkOptions) {
  let state = idleConnection
  const waiting: ConnectionNews[] = []
  let isHandling = false
  let socket: WebSocketLike | undefined
  /** Counts the sockets: what an older one says is not heard. */
  let generation = 0
  let heardAt = 0
  let token: Token
  let probeTimer: ReturnType<typeof setTimeout> | undefined
  let retryTimer: ReturnType<typeof setTimeout> | undefined
  let stopListening: (() => void) | undefined

  /** Puts an event into the machine and does what comes out. */
  const handle = (news: ConnectionNews) => {
    // What is done can cause events in turn; those wait until it is done.
    waiting.push(news)
    if (isHandling) return
    isHandling = true
    try {
      for (let next = waiting.shift(); next; next = waiting.shift()) step(next)
    } finally {
      isHandling = false
    }
  }

  /** Makes the socket, the timer and what listens to the page fit the new state. */
  const step = (news: ConnectionNews) => {
    const { phase } = state
    const next = connection(state, { ...news, now: Date.now(), random: Math.random() })
    if (next === state) return
    state = next
    const isUp = hasSocket(next)
    if (!isUp) drop()
    if (isUp || next.phase === 'waiting') stopListening ??= listen()
    else {
      stopListening?.()
      stopListening = undefined
    }
    clearTimeout(retryTimer)
    // Holds a Node process: somebody needs this connection.
    if (next.retryAt) retryTimer = setTimeout(() => handle({ type: 'retry-due' }), next.retryAt - Date.now())
    if (next.phase !== phase) {
      if (next.code === 4505) options.forgetPositions()
      if (next.phase === 'connecting') drop()
      if (next.phase === 'connecting') void connect(next.code === 4501 ? 'expired' : 'connect')
      if (next.phase === 'greeting') options.greet(token)
    }
    options.changed(next)
  }

  const drop = () => {
    generation += 1
    socket?.close(1000, '')
    socket = undefined
  }

  const connect = async (reason: 'connect' | 'expired') => {
    // It may come from a connection that is open still, to a server that is about to go.
    drop()
    const mine = generation
    const isMine = () => mine === generation
    heardAt = Date.now()
    let given: Token
    try {
      if (options.getToken) given = await options.getToken(reason)
    } catch {
      if (isMine()) handle({ type: 'token-failed' })
      return
    }
    if (!isMine()) return
    token = given
    try {
      socket = options.open(token)
    } catch (error) {
      // A bad address, mixed content or a policy of the page: trying again changes nothing.
      return handle({ type: 'unusable', reason: (error as Error).message })
    }
    // A close always follows an error, and says more.
    socket.onerror = () => {}
    socket.onopen = () => {
      if (isMine()) handle({ type: 'opened' })
    }
    socket.onmessage = ({ data }: { data: unknown }) => {
      if (!isMine()) return
      heardAt = Date.now()
      try {
        options.receive(String(data))
      } catch (error) {
        console.error('llmmon: the server sent something that cannot be used:', error)
      }
    }
    socket.onclose = ({ code, reason }: { code: number; reason: string }) => {
      if (!isMine()) return
      socket = undefined
      handle({ type: 'lost', code, reason: String(reason) })
    }
  }

  /** Listens to the clock and to the page; gives how to stop that. */
  const listen = () => {
    const watchdog = quietly(setInterval(check, checkMs))
    const listening = new AbortController()
    const { addEventListener } = globalThis as { addEventListener?: typeof globalThis.addEventListener }
    for (const name of ['online', 'offline', 'pageshow', 'pagehide', 'visibilitychange']) {
      addEventListener?.(name, hear, { signal: listening.signal })
    }
    return () => {
      clearInterval(watchdog)
      clearTimeout(probeTimer)
      probeTimer = undefined
      listening.abort()
    }
  }

  const hear = ({ type }: Event) => {
    if (type === 'pagehide') return handle({ type: 'sleep' })
    if (type === 'visibilitychange' && document.visibilityState !== 'visible') return
    if (type !== 'offline') handle({ type: 'wake' })
    probe()
  }

  // By the clock, not by counting timers: in a hidden tab they may come once a minute.
  const check = () => {
    const limitMs = state.phase === 'open' ? link.heartbeatMs + graceMs : connectTimeoutMs
    if (Date.now() - heardAt > limitMs) handle({ type: 'silent' })
  }

  // Back from sleep, or on another network: the socket may be a corpse that nobody has told us of. A server that owes no
  // heartbeat does not answer either.
  const probe = () => {
    if (state.phase !== 'open' || probeTimer || link.heartbeatMs === Number.POSITIVE_INFINITY) return
    const mine = generation
    link.send({ type: 'ping', n: 0 })
    const check = () => {
      probeTimer = undefined
      if (generation !== mine) return
      if (Date.now() - heardAt >= pingTimeoutMs) handle({ type: 'silent' })
      // What was heard may have been on its way when the network went.
      else if (globalThis.navigator?.onLine === false) probe()
    }
    probeTimer = quietly(setTimeout(check, pingTimeoutMs))
  }

  const link = {
    /** A frame comes at least this often, ms; from the server's welcome. */
    heartbeatMs: 25_000,
    handle,
    /** How the connection stands. */
    state: () => state,
    /** Sends a frame if the socket is open; what could not be sent is said again when it is. */
    send(frame: object) {
      if (socket?.readyState === 1) socket.send(JSON.stringify(frame))
    },
  }
  return link
}

/** A timer that does not hold a Node process. */
export function quietly<Timer>(timer: Timer): Timer {
  ;(timer as { unref?: () => void }).unref?.()
  return timer
}
