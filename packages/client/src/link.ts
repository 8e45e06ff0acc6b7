import { LlmmonError } from '@llmmon/core/protocol'
import {
  type ConnectionEffect,
  type ConnectionEvent,
  type ConnectionState,
  connection,
  idleConnection,
} from './connection-machine.js'
import type { WebSocketLike } from './socket.js'

/** What a link works with. */
export interface LinkOptions {
  /** Makes the socket; may throw. Its promise may reject when no token could be had. */
  open(tokenReason: 'connect' | 'expired'): WebSocketLike | Promise<WebSocketLike>
  /** The socket is open: say who you are and what you want. */
  greet(): void
  /** Takes a text of the server. */
  receive(text: string): void
  /** Where the server says that it cannot use this client's positions. */
  forgetPositions(): void
  /** The connection stands differently. */
  changed(state: ConnectionState): void
}

const checkMs = 5_000
const graceMs = 10_000
const connectTimeoutMs = 20_000
const pingTimeoutMs = 3_000

/** A socket that is kept open while somebody needs it. A thin shell around the connection machine. */
export class Link {
  /** A frame comes at least this often, ms; from the server's welcome. */
  heartbeatMs = 25_000
  readonly #options: LinkOptions
  #state: ConnectionState = idleConnection
  readonly #events: ConnectionEvent[] = []
  #isHandling = false
  #socket: WebSocketLike | undefined
  #generation = 0
  #heardAt = 0
  #probeTimer: ReturnType<typeof setTimeout> | undefined
  #retryTimer: ReturnType<typeof setTimeout> | undefined
  #watchdog: ReturnType<typeof setInterval> | undefined
  #stopListening: (() => void) | undefined

  constructor(options: LinkOptions) {
    this.#options = options
  }

  get state(): ConnectionState {
    return this.#state
  }

  /** Sends a frame if the socket is open; what could not be sent is said again when it is. */
  send(frame: object): void {
    if (this.#socket?.readyState === 1) this.#socket.send(JSON.stringify(frame))
  }

  need(): void {
    this.handle({ type: 'need' })
  }

  unneeded(): void {
    this.handle({ type: 'unneeded' })
  }

  welcomed(): void {
    this.handle({ type: 'welcome', now: Date.now() })
  }

  close(): void {
    this.handle({ type: 'close' })
  }

  /** Puts an event into the machine and does what comes out. */
  handle(event: ConnectionEvent): void {
    // What is done can cause events in turn; those wait until it is done.
    this.#events.push(event)
    if (this.#isHandling) return
    this.#isHandling = true
    for (let next = this.#events.shift(); next; next = this.#events.shift()) this.#step(next)
    this.#isHandling = false
  }

  #step(event: ConnectionEvent): void {
    const [state, effects] = connection(this.#state, event)
    const hasChanged = state !== this.#state
    this.#state = state
    if (hasChanged) this.#listen(state.phase !== 'idle' && state.phase !== 'closed' && state.phase !== 'refused')
    for (const effect of effects) this.#perform(effect)
    if (hasChanged) this.#options.changed(state)
  }

  #perform(effect: ConnectionEffect): void {
    switch (effect.type) {
      case 'connect':
        this.#connect(effect.tokenReason)
        return
      case 'greet':
        this.#options.greet()
        return
      case 'drop':
        this.#drop()
        return
      case 'retry-in':
        clearTimeout(this.#retryTimer)
        // Holds a Node process: somebody needs this connection.
        this.#retryTimer = setTimeout(() => this.handle({ type: 'retry-due' }), effect.ms)
        return
      case 'cancel-retry':
        clearTimeout(this.#retryTimer)
        return
      case 'forget-positions':
        this.#options.forgetPositions()
    }
  }

  #connect(tokenReason: 'connect' | 'expired'): void {
    const generation = ++this.#generation
    this.#heardAt = Date.now()
    const isOld = () => generation !== this.#generation
    const fail = (error: unknown) => {
      if (isOld()) return
      if (LlmmonError.isInstance(error)) this.handle({ type: 'unusable', reason: error.message })
      else this.handle({ type: 'token-failed', now: Date.now(), random: Math.random() })
    }
    try {
      const opened = this.#options.open(tokenReason)
      if ('then' in opened) opened.then((socket) => this.#use(socket, isOld), fail)
      else this.#use(opened, isOld)
    } catch (error) {
      // A bad address, mixed content or a policy of the page: trying again changes nothing.
      const reason = error instanceof Error ? error.message : 'the WebSocket could not be made'
      this.handle({ type: 'unusable', reason })
    }
  }

  #use(socket: WebSocketLike, isOld: () => boolean): void {
    // A close always follows an error, and says more.
    socket.onerror = () => undefined
    if (isOld()) {
      socket.close()
      return
    }
    this.#socket = socket
    socket.onopen = () => isOld() || this.handle({ type: 'opened' })
    socket.onmessage = (event: { data: unknown }) => {
      if (isOld()) return
      this.#heardAt = Date.now()
      this.#options.receive(String(event.data))
    }
    socket.onclose = ({ code, reason }: { code: number; reason: string }) => {
      if (isOld()) return
      this.#socket = undefined
      this.handle({ type: 'lost', code, reason: String(reason), now: Date.now(), random: Math.random() })
    }
  }

  #drop(): void {
    this.#generation += 1
    const socket = this.#socket
    this.#socket = undefined
    socket?.close(1000, '')
  }

  #listen(isWanted: boolean): void {
    if (isWanted === (this.#stopListening !== undefined)) return
    if (!isWanted) {
      this.#stopListening?.()
      this.#stopListening = undefined
      return
    }
    this.#watchdog = quietly(setInterval(() => this.#check(), checkMs))
    const page = globalThis as {
      addEventListener?: typeof addEventListener
      removeEventListener?: typeof removeEventListener
    }
    const { document } = globalThis as { document?: Document }
    const wake = () => {
      this.handle({ type: 'wake', now: Date.now(), random: Math.random() })
      this.#probe()
    }
    const onVisible = () => document?.visibilityState === 'visible' && wake()
    const sleep = () => this.handle({ type: 'sleep' })
    const probe = () => this.#probe()
    const events = [
      ['online', wake],
      ['offline', probe],
      ['pageshow', wake],
      ['pagehide', sleep],
    ] as const
    for (const [name, listener] of events) page.addEventListener?.(name, listener)
    document?.addEventListener?.('visibilitychange', onVisible)
    this.#stopListening = () => {
      clearInterval(this.#watchdog)
      clearTimeout(this.#retryTimer)
      clearTimeout(this.#probeTimer)
      this.#probeTimer = undefined
      for (const [name, listener] of events) page.removeEventListener?.(name, listener)
      document?.removeEventListener?.('visibilitychange', onVisible)
    }
  }

  // By the clock, not by counting timers: in a hidden tab they may come once a minute.
  #check(): void {
    const { phase } = this.#state
    const silentMs = Date.now() - this.#heardAt
    const limitMs = phase === 'open' ? this.heartbeatMs + graceMs : connectTimeoutMs
    if (silentMs > limitMs) this.handle({ type: 'silent', now: Date.now(), random: Math.random() })
  }

  // Back from sleep, or on another network: the socket may be a corpse that nobody has told us of.
  #probe(): void {
    if (this.#state.phase !== 'open' || this.#probeTimer !== undefined) return
    const [generation, before] = [this.#generation, this.#heardAt]
    this.send({ type: 'ping', n: 0 })
    const check = () => {
      this.#probeTimer = undefined
      if (this.#generation !== generation || this.#heardAt !== before) return
      this.handle({ type: 'silent', now: Date.now(), random: Math.random() })
    }
    this.#probeTimer = quietly(setTimeout(check, pingTimeoutMs))
  }
}

/** A timer that does not hold a Node process. */
export function quietly<Timer>(timer: Timer): Timer {
  ;(timer as { unref?: () => void }).unref?.()
  return timer
}
