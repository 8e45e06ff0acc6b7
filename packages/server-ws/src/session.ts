import type { IncomingMessage } from 'node:http'
import {
  type CancelFrame,
  type ClientFrame,
  closeCodes,
  decodeClientFrame,
  type ErrorFrameCode,
  LlmmonError,
  type ServerFrame,
  type SubscribeFrame,
} from '@llmmon/core'
import { cancelFailures, cancelRun } from './cancel-run.js'
import type { Channels } from './channels.js'
import type { ConnectionUser } from './connection.js'
import { FrameRate } from './frame-rate.js'
import type { Gate, Wish } from './gate.js'
import type { Identity } from './identity.js'
import type { ResolvedServerOptions } from './options.js'
import type { Outlet } from './outlet.js'
import type { Seats } from './seats.js'
import { Standing } from './standing.js'
import { Subscription } from './subscription.js'

/** What a session works with. */
export interface SessionContext {
  readonly connectionId: string
  readonly request: IncomingMessage
  readonly options: ResolvedServerOptions
  readonly gate: Gate
  readonly channels: Channels
  /** A monotonic clock, ms. */
  readonly now: () => number
  /** Who it is by its upgrade request, where that has been asked; a token in the first frame says it anew. */
  readonly identity: Identity | undefined
  /** Counts the connections of a principal. */
  readonly seats: Seats
  /** It is known who it is. */
  readonly identified: () => void
}

type About = Partial<Pick<SubscribeFrame, 'ref' | 'run_id'>>

/**
 * One connection of `llmmon.v1`: takes the client's texts and sends frames to its outlet. Knows nothing of sockets.
 */
export class Session implements ConnectionUser {
  readonly #context: SessionContext
  readonly #outlet: Outlet
  readonly #rate: FrameRate
  readonly #subscriptions = new Map<string, Subscription>()
  readonly #standing: Standing
  readonly #startedAt: number
  // When it was last seen to watch something.
  #watchedAt: number
  #phase: 'hello' | 'identifying' | 'open' | 'closed' = 'hello'
  #early: ClientFrame[] = []
  // Tokens may be checked at different speeds; the one that came last counts.
  #tokens = 0
  #tokenInUse = 0
  // Told of every frame that leaves, it looks at all its runs only when one of them may be waiting.
  #lacksRoom = false

  constructor(context: SessionContext, outlet: Outlet) {
    this.#context = context
    this.#outlet = outlet
    this.#standing = new Standing(context.seats)
    this.#startedAt = this.#watchedAt = context.now()
    this.#rate = new FrameRate(context.options.limits, this.#startedAt)
  }

  /** How many runs it watches. */
  get size(): number {
    return this.#subscriptions.size
  }

  /** Who it is; undefined until that is known. */
  get identity(): Identity | undefined {
    return this.#standing.identity ?? this.#context.identity
  }

  /** Takes one text frame of the client. Never throws. */
  receive(text: string): void {
    if (this.#phase === 'closed') return
    const now = this.#context.now()
    if (!this.#rate.takes(now)) {
      this.#tooMany()
      return
    }
    try {
      const decoded = decodeClientFrame(text)
      const type = decoded.kind === 'frame' ? decoded.frame.type : undefined
      if (!this.#rate.takesType(type, now)) this.#tooMany()
      else if (decoded.kind === 'frame') this.#take(decoded.frame)
      else if (this.#phase === 'hello') this.#helloFirst(decoded.type)
      else this.#error('unsupported', `Frames of type "${decoded.type}" are not known here.`, { ref: decoded.ref })
    } catch (error) {
      const reason = LlmmonError.isInstance(error) ? error.message : 'not a frame of llmmon.v1'
      this.close(closeCodes.badFrame, reason)
    }
  }

  /** The connection has room: viewers that were refused it go on. */
  drained(): void {
    if (!this.#lacksRoom) return
    this.#lacksRoom = false
    for (const subscription of this.#subscriptions.values()) subscription.pump()
  }

  /** Looks at what time has done; called about once a second. */
  tick(): void {
    const { now, options } = this.#context
    const isLate = now() - this.#startedAt > options.limits.helloTimeoutMs
    if (isLate && this.#phase === 'hello') this.close(closeCodes.helloTimeout, 'expected a hello frame in time')
    if (this.#subscriptions.size > 0) this.#watchedAt = now()
    if (now() - this.#watchedAt > options.limits.idleTimeoutMs) this.close(closeCodes.done, 'nothing was watched')
    this.#closeIfExpired()
  }

  /** Ends the subscription of a run, if there is one, as if there were no such run. */
  endRun(runId: string): void {
    const subscription = this.#subscriptions.get(runId)
    if (!subscription) return
    subscription.close()
    this.#subscriptions.delete(runId)
    this.#notFound(subscription.ref, runId)
  }

  /** Ends the connection. */
  close(code: number, reason: string): void {
    if (this.#phase === 'closed') return
    this.gone()
    this.#outlet.close(code, reason)
  }

  /** The connection is gone. */
  gone(): void {
    this.#phase = 'closed'
    this.#early = []
    for (const subscription of this.#subscriptions.values()) subscription.close()
    this.#subscriptions.clear()
    this.#standing.leave()
  }

  /** Sends a frame. */
  send(frame: ServerFrame): void {
    if (this.#phase !== 'closed') this.#outlet.send(JSON.stringify(frame))
  }

  #helloFirst(type: string): void {
    this.close(closeCodes.badFrame, `expected a hello frame first; got ${JSON.stringify(type)}`)
  }

  #tooMany(): void {
    this.close(closeCodes.rateLimited, 'too many frames; come back later')
  }

  #take(frame: ClientFrame): void {
    if (frame.type === 'hello') {
      if (this.#phase === 'hello') void this.#hello(frame.token)
      else this.close(closeCodes.badFrame, 'expected one hello frame; got another')
    } else if (this.#phase === 'hello') {
      this.#helloFirst(frame.type)
    } else if (this.#phase === 'open') this.#handle(frame)
    else this.#early.push(frame)
  }

  async #hello(token: string | undefined): Promise<void> {
    const { gate, request, connectionId, options, identity: known } = this.#context
    this.#phase = 'identifying'
    // Until it is known who is there, no more is kept for them than what had arrived already.
    this.#outlet.pause()
    const identity = known && token === undefined ? known : await gate.identify(request, token)
    this.#outlet.resume()
    if (this.#phase !== 'identifying' || !this.#become(identity)) return
    this.#phase = 'open'
    this.#context.identified()
    const { maxFrameBytes, maxSubscriptions } = options.limits
    this.send({
      type: 'welcome',
      connection_id: connectionId,
      server_time: Date.now(),
      heartbeat_ms: options.heartbeatMs,
      limits: { max_frame_bytes: maxFrameBytes, max_subscriptions: maxSubscriptions },
      ...this.#standing.expiry,
    })
    for (const frame of this.#early.splice(0)) if (this.#phase === 'open') this.#handle(frame)
  }

  #become(identity: Identity | undefined): boolean {
    const refusal = this.#standing.become(identity)
    if (refusal) this.close(...refusal)
    return !refusal
  }

  #closeIfExpired(): boolean {
    const hasExpired = this.#phase === 'open' && this.#standing.hasExpired
    if (hasExpired) this.close(closeCodes.tokenExpired, 'the token has expired; come back with a fresh one')
    return hasExpired
  }

  #handle(frame: ClientFrame): void {
    if (this.#closeIfExpired()) return
    switch (frame.type) {
      case 'subscribe':
        void this.#subscribe(frame)
        return
      case 'unsubscribe':
        this.#subscriptions.get(frame.run_id)?.close()
        this.#subscriptions.delete(frame.run_id)
        this.send({ type: 'unsubscribed', ref: frame.ref, run_id: frame.run_id })
        return
      case 'cancel':
        void this.#cancel(frame)
        return
      case 'auth':
        void this.#reauthenticate(frame.ref, frame.token)
        return
      case 'ping':
        this.send({ type: 'pong', n: frame.n })
    }
  }

  async #subscribe({ ref, run_id, from, token }: SubscribeFrame): Promise<void> {
    const { gate, channels, options, now } = this.#context
    const since = now()
    if (this.#subscriptions.has(run_id)) {
      const message = 'This run is subscribed already on this connection; unsubscribe first.'
      this.#error('duplicate', message, { ref, run_id })
      return
    }
    if (this.#subscriptions.size >= options.limits.maxSubscriptions) {
      const message = `At most ${options.limits.maxSubscriptions} runs can be watched on one connection.`
      this.#answered('subscribe', 'limit')
      this.#error('limit', message, { ref, run_id })
      return
    }
    const wish = { action: 'watch', runId: run_id, token, cameAt: Date.now() } as const
    const subscription = new Subscription(wish, ref, from, {
      send: (frame) => this.#outlet.send(frame),
      hasRoom: () => this.#hasRoom(),
      mayWait: () => this.#pending < options.limits.maxPending,
      done: () => {
        if (this.#subscriptions.get(run_id) === subscription) this.#subscriptions.delete(run_id)
      },
      notFound: () => this.#notFound(ref, run_id),
      tooManyWait: () => this.#tooManyWait(ref, run_id),
    })
    this.#subscriptions.set(run_id, subscription)
    const isAllowed = await this.#permits(wish)
    // A channel made for nobody would be held by nobody.
    if (subscription.isClosed) return
    this.#answered('subscribe', isAllowed ? 'allowed' : 'refused')
    if (isAllowed) await subscription.open(channels.of(run_id), this.#standing.audience)
    else {
      await gate.refusal(since, now)
      if (!subscription.isClosed) this.endRun(run_id)
    }
  }

  /** How many runs it waits for that are not there. */
  get #pending(): number {
    return [...this.#subscriptions.values()].filter(({ isPending }) => isPending).length
  }

  // While the question is asked, the answer may come to be about somebody else.
  async #permits(wish: Wish): Promise<boolean> {
    for (;;) {
      const identity = this.#standing.identity
      if (!identity || !(await this.#context.gate.permits(identity, wish))) return false
      if (identity === this.#standing.identity) return true
    }
  }

  #hasRoom(): boolean {
    const hasRoom = this.#outlet.bufferedBytes < this.#context.options.limits.maxBufferedBytes
    if (!hasRoom) this.#lacksRoom = true
    return hasRoom
  }

  async #cancel({ ref, run_id, reason, token }: CancelFrame): Promise<void> {
    const { gate, options, now } = this.#context
    const since = now()
    const isAllowed = await this.#permits({ action: 'cancel', runId: run_id, token, cameAt: Date.now() })
    const outcome = isAllowed ? await cancelRun(options, run_id, reason ?? null) : 'not_found'
    this.#answered('cancel', isAllowed ? outcome : 'refused')
    if (outcome === 'accepted' || outcome === 'already_ended') {
      this.send({ type: 'cancel_answer', ref, run_id, answer: outcome })
    } else if (outcome === 'not_found') {
      await gate.refusal(since, now)
      this.#notFound(ref, run_id)
    } else this.#error(outcome, cancelFailures[outcome], { ref, run_id }, outcome === 'internal')
  }

  async #reauthenticate(ref: number, token: string): Promise<void> {
    const turn = ++this.#tokens
    const identity = await this.#context.gate.identify(this.#context.request, token)
    if (this.#phase !== 'open') return
    if (!identity) this.#error('unauthenticated', 'The credentials were not accepted.', { ref })
    const isNewest = turn > this.#tokenInUse
    if ((isNewest || !identity) && !this.#become(identity)) return
    if (isNewest) this.#tokenInUse = turn
    this.send({ type: 'auth_ok', ref, ...this.#standing.expiry })
    if (!isNewest) return
    for (const subscription of this.#subscriptions.values()) subscription.see(this.#standing.audience)
    await Promise.all([...this.#subscriptions.values()].map((subscription) => this.#askAgain(subscription)))
  }

  async #askAgain(subscription: Subscription): Promise<void> {
    const isAllowed = await this.#permits(subscription.wish)
    if (!isAllowed && !subscription.isClosed) this.endRun(subscription.wish.runId)
  }

  #tooManyWait(ref: number, run_id: string): void {
    const message = `At most ${this.#context.options.limits.maxPending} runs that are not there can be waited for.`
    this.#error('limit', message, { ref, run_id })
  }

  #answered(request: 'subscribe' | 'cancel', answer: string): void {
    this.#context.options.metrics.count('llmmon_requests_total', { request, answer })
  }

  #notFound(ref: number, run_id: string): void {
    this.#error('not_found', 'There is no such run, or you may not see it.', { ref, run_id })
  }

  #error(code: ErrorFrameCode, message: string, { ref, run_id }: About, retryable = false): void {
    this.send({ type: 'error', ...(ref !== undefined && { ref }), ...(run_id && { run_id }), code, message, retryable })
  }
}
