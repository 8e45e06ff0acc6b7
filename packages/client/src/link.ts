import {
  type ConnectionEffect,
  type ConnectionNews,
  type ConnectionState,
  connection,
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
  greet(): void
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
  let retryTimer: ReturnType<typeof setTimeout> | undefined
  let stopListening: (() => void) | undefined

  /** Puts an event into the machine and does what comes out. */
  const handle = (news: ConnectionNews) => {
    // What is done can cause events in turn; those wait until it is done.
    waiting.push(news)
    if (isHandling) return
    isHandling = true
    for (let next = waiting.shift(); next; next = waiting.shift()) step(next)
    isHandling = false
  }

  const step = (news: ConnectionNews) => {
    const before = state
    const [next, effects] = connection(before, { ...news, now: Date.now(), random: Math.random() })
    state = next
    if (!['idle', 'closed', 'refused'].includes(next.phase)) stopListening ??= listen()
    else {
      stopListening?.()
      stopListening = undefined
    }
    for (const effect of effects) perform[effect.type](effect as never)
    if (next !== before) options.changed(next)
  }

  const perform: { [Type in ConnectionEffect['type']]: (effect: ConnectionEffect & { type: Type }) => void } = {
    connect: ({ tokenReason }) => void connect(tokenReason),
    greet: options.greet,
    drop() {
      generation += 1
      socket?.close(1000, '')
      socket = undefined
    },
    'retry-in'({ ms }) {
      clearTimeout(retryTimer)
      // Holds a Node process: somebody needs this connection.
      retryTimer = setTimeout(() => handle({ type: 'retry-due' }), ms)
    },
    'cancel-retry': () => clearTimeout(retryTimer),
    'forget-positions': options.forgetPositions,
  }

  const connect = async (reason: 'connect' | 'expired') => {
    generation += 1
    const mine = generation
    const isMine = () => mine === generation
    heardAt = Date.now()
    let token: Token
    try {
      if (options.getToken) token = await options.getToken(reason)
    } catch {
      if (isMine()) handle({ type: 'token-failed' })
      return
    }
    if (!isMine()) return
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
    for (const name of ['online', 'pageshow', 'pagehide', 'visibilitychange']) {
      addEventListener?.(name, hear, { signal: listening.signal })
    }
    return () => {
      clearInterval(watchdog)
      clearTimeout(retryTimer)
      listening.abort()
    }
  }

  const hear = ({ type }: Event) => {
    if (type === 'pagehide') handle({ type: 'sleep' })
    else if (type !== 'visibilitychange' || document.visibilityState === 'visible') {
      handle({ type: 'wake' })
      probe()
    }
  }

  // By the clock, not by counting timers: in a hidden tab they may come once a minute.
  const check = () => {
    const limitMs = state.phase === 'open' ? link.heartbeatMs + graceMs : connectTimeoutMs
    if (Date.now() - heardAt > limitMs) handle({ type: 'silent' })
  }

  // Back from sleep or a dead network: the socket may be a corpse that nobody has told us of.
  const probe = () => {
    const before = heardAt
    if (state.phase !== 'open' || Date.now() - before < link.heartbeatMs) return
    link.send({ type: 'ping', n: 0 })
    quietly(setTimeout(() => heardAt === before && handle({ type: 'silent' }), pingTimeoutMs))
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
