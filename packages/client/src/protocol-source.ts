import { decodeServerFrame, type ErrorFrame, LlmmonError, type ServerFrame, subprotocol } from '@llmmon/core/protocol'
import type { ConnectionState } from './connection-machine.js'
import { Link, quietly } from './link.js'
import type { GetToken, RunSource } from './run-source.js'
import { shownState } from './snapshot.js'
import { type WebSocketClass, webSocketClass } from './socket.js'
import type { WatchedRun } from './watched-run.js'

/** What a source of `llmmon.v1` works with. */
export interface ProtocolSourceOptions {
  readonly url: string
  readonly getToken: GetToken | undefined
  readonly WebSocket: WebSocketClass | undefined
}

interface Watch {
  readonly run: WatchedRun
  /** The newest request for this run; answers to older ones are stale. */
  ref: number
  isAnswered: boolean
  /** Holes in a row without an event in between. */
  holes: number
}

interface Command {
  readonly ref: number
  readonly runId: string
  readonly reason: string | undefined
  settle(answer: 'accepted' | 'already_ended' | LlmmonError): void
}

/** The server answers within 6 s; beyond that the connection is to blame. */
const cancelTimeoutMs = 10_000
const holeRetryMs = 1_000
/** How long before its end a token is refreshed; a short-lived one half-way. */
const refreshMs = 30_000
const longestTimerMs = 2 ** 31 - 1

/** Many runs over one connection of `llmmon.v1`. */
export class ProtocolSource implements RunSource {
  readonly #options: ProtocolSourceOptions
  readonly #link: Link
  readonly #watches = new Map<string, Watch>()
  readonly #commands = new Map<number, Command>()
  #lastRef = 0
  #token: string | undefined
  #refreshTimer: ReturnType<typeof setTimeout> | undefined
  // How much this clock is ahead of the server's, ms.
  #skew = 0

  constructor(options: ProtocolSourceOptions) {
    this.#options = options
    this.#link = new Link({
      open: (reason) => this.#open(reason),
      greet: () => this.#greet(),
      receive: (text) => this.#receive(text),
      forgetPositions: () => {
        for (const { run } of this.#watches.values()) run.reset('epoch')
      },
      changed: (state) => this.#changed(state),
    })
  }

  watch(run: WatchedRun): void {
    const watch: Watch = { run, ref: 0, isAnswered: false, holes: 0 }
    this.#watches.set(run.runId, watch)
    this.#link.need()
    this.#show(run, this.#link.state)
    if (this.#canSend) this.#subscribe(watch)
  }

  unwatch(run: WatchedRun): void {
    const watch = this.#watches.get(run.runId)
    if (watch?.run !== run) return
    this.#watches.delete(run.runId)
    if (watch.ref > 0 && !run.isFinal) this.#link.send({ type: 'unsubscribe', ref: this.#nextRef(), run_id: run.runId })
    this.#rest()
  }

  cancel(runId: string, reason: string | undefined): Promise<'accepted' | 'already_ended'> {
    return new Promise((resolve, reject) => {
      const ref = this.#nextRef()
      const late = new LlmmonError('timeout', 'The cancel was not answered in time.', { retryable: true })
      const timer = setTimeout(() => settle(late), cancelTimeoutMs)
      const settle: Command['settle'] = (answer) => {
        clearTimeout(timer)
        this.#commands.delete(ref)
        if (typeof answer === 'string') resolve(answer)
        else reject(answer)
        this.#rest()
      }
      const command = { ref, runId, reason, settle }
      this.#commands.set(ref, command)
      this.#link.need()
      if (this.#link.state.phase === 'refused') settle(refusal(this.#link.state.reason))
      else if (this.#canSend) void this.#command(command)
    })
  }

  close(): void {
    this.#link.close()
    clearTimeout(this.#refreshTimer)
    for (const command of [...this.#commands.values()]) {
      command.settle(new LlmmonError('closed', 'The client was closed before the cancel was answered.'))
    }
    this.#watches.clear()
  }

  get #canSend(): boolean {
    const { phase } = this.#link.state
    return phase === 'greeting' || phase === 'open'
  }

  #open(reason: 'connect' | 'expired') {
    const { url, getToken, WebSocket } = this.#options
    const Socket = webSocketClass(WebSocket)
    if (!getToken) return new Socket(url, [subprotocol])
    return Promise.resolve(getToken({ reason })).then((token) => {
      this.#token = token ?? undefined
      return new Socket(url, [subprotocol])
    })
  }

  // All at once, without waiting for the welcome: one round trip to the first event.
  #greet(): void {
    this.#link.send({ type: 'hello', token: this.#token })
    for (const watch of this.#watches.values()) if (!watch.run.isFinal) this.#subscribe(watch)
    for (const command of this.#commands.values()) void this.#command(command)
  }

  #subscribe(watch: Watch): void {
    const { run } = watch
    const ref = this.#nextRef()
    watch.ref = ref
    watch.isAnswered = false
    const send = (token?: string | null) => {
      if (watch.ref !== ref || !this.#watches.has(run.runId)) return
      this.#link.send({ type: 'subscribe', ref, run_id: run.runId, from: run.position, token: token ?? undefined })
    }
    void this.#withToken(run.runId, 'subscribe', send)
  }

  async #command({ ref, runId, reason }: Command): Promise<void> {
    await this.#withToken(runId, 'cancel', (token) => {
      this.#link.send({ type: 'cancel', ref, run_id: runId, reason, token: token ?? undefined })
    })
  }

  async #withToken(
    runId: string,
    reason: 'subscribe' | 'cancel',
    send: (token?: string | null) => void,
  ): Promise<void> {
    const { getToken } = this.#options
    if (!getToken) return send()
    try {
      send(await getToken({ runId, reason }))
    } catch {
      // Without its token the request is refused, which says what is wrong in the server's own words.
      send()
    }
  }

  // The same socket goes on with a fresh token. Where that fails the server closes, and the client comes back as after any expiry.
  #refreshBefore(expiresAt: number | undefined, skew = this.#skew): void {
    const { getToken } = this.#options
    clearTimeout(this.#refreshTimer)
    this.#skew = skew
    if (!expiresAt || !getToken) return
    const left = expiresAt + skew - Date.now()
    const refresh = async () => {
      if (this.#link.state.phase !== 'open') return
      try {
        const token = await getToken({ reason: 'refresh' })
        if (token) this.#link.send({ type: 'auth', ref: this.#nextRef(), token })
      } catch {}
    }
    const ms = Math.min(longestTimerMs, Math.max(1_000, left / 2, left - refreshMs))
    this.#refreshTimer = quietly(setTimeout(refresh, ms))
  }

  #receive(text: string): void {
    let frame: ServerFrame | undefined
    try {
      frame = decodeServerFrame(text)
    } catch (error) {
      console.error('llmmon: the server sent something that is no frame:', error)
      return
    }
    if (frame) this.#take(frame)
  }

  #take(frame: ServerFrame): void {
    switch (frame.type) {
      case 'welcome':
        this.#link.heartbeatMs = frame.heartbeat_ms
        this.#link.welcomed()
        this.#refreshBefore(frame.expires_at, Date.now() - frame.server_time)
        return
      case 'auth_ok':
        this.#refreshBefore(frame.expires_at)
        return
      case 'goaway':
        this.#link.handle({ type: 'goaway', afterMs: frame.after_ms })
        return
      case 'cancel_answer':
        this.#commands.get(frame.ref)?.settle(frame.answer)
        return
      case 'error':
        this.#refused(frame)
        return
      case 'subscribed': {
        const watch = this.#watches.get(frame.run_id)
        if (watch?.ref === frame.ref) watch.isAnswered = true
        return
      }
      case 'events':
      case 'reset':
      case 'status':
      case 'event':
      case 'end':
        this.#takeOfRun(frame)
    }
  }

  #takeOfRun(frame: ServerFrame & { readonly run_id: string }): void {
    const watch = this.#watches.get(frame.run_id)
    if (!watch?.isAnswered) return
    const { run } = watch
    if (frame.type === 'events') {
      if (run.take(frame)) watch.holes = 0
      else this.#mend(watch)
    } else if (frame.type === 'reset') run.reset(frame.reason)
    else if (frame.type === 'status') run.store.setStalled(frame.state === 'stalled')
    else if (frame.type === 'event') run.fail(frame.event)
    else if (frame.type === 'end') run.end()
    if (run.isFinal) this.#rest()
  }

  // Something is missing: ask again from where the run stands; not in a loop, should the server never have it.
  #mend(watch: Watch): void {
    watch.isAnswered = false
    watch.holes += 1
    const again = () => {
      if (this.#watches.get(watch.run.runId) !== watch || !this.#canSend) return
      this.#link.send({ type: 'unsubscribe', ref: this.#nextRef(), run_id: watch.run.runId })
      this.#subscribe(watch)
    }
    if (watch.holes === 1) again()
    else quietly(setTimeout(again, holeRetryMs * Math.min(10, watch.holes)))
  }

  #refused(frame: ErrorFrame): void {
    const { ref, run_id, code, message } = frame
    const command = ref === undefined ? undefined : this.#commands.get(ref)
    if (command) {
      const known = code === 'no_writer' || code === 'timeout' || code === 'rate_limited' ? code : 'refused'
      command.settle(new LlmmonError(known, message, { retryable: frame.retryable, runId: command.runId }))
      return
    }
    const watch = run_id === undefined ? this.#byRef(ref) : this.#watches.get(run_id)
    if (!watch || watch.ref !== ref || code === 'duplicate') return
    watch.run.fail({ update_type: 'error', status: 'error', error: message, code, ts: Date.now() })
    this.#rest()
  }

  #byRef(ref: number | undefined): Watch | undefined {
    return [...this.#watches.values()].find((watch) => watch.ref === ref)
  }

  #changed(state: ConnectionState): void {
    for (const { run } of this.#watches.values()) this.#show(run, state)
    if (state.phase !== 'refused') return
    const error = refusal(state.reason)
    for (const command of [...this.#commands.values()]) command.settle(error)
  }

  #show(run: WatchedRun, { phase, reason, retryAt }: ConnectionState): void {
    run.store.setConnection({ state: shownState(phase), reason, retryAt })
    if (phase !== 'refused') return
    run.fail({ update_type: 'error', status: 'error', error: refusal(reason).message, code: 'refused', ts: Date.now() })
  }

  // Nobody needs the connection while every run is final and nothing is asked.
  #rest(): void {
    const isNeeded = this.#commands.size > 0 || [...this.#watches.values()].some(({ run }) => !run.isFinal)
    if (!isNeeded) this.#link.unneeded()
  }

  #nextRef(): number {
    this.#lastRef += 1
    return this.#lastRef
  }
}

function refusal(reason: string | null): LlmmonError {
  return new LlmmonError('refused', `The server does not let this page watch: ${reason ?? 'no reason given'}.`)
}
