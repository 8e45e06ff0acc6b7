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
import { Subscription, type SubscriptionHost } from './subscription.js'
import type { TextFrame } from './text-frame.js'

/** What all sessions of a server work with. */
export interface SessionContext {
  readonly options: ResolvedServerOptions
  readonly gate: Gate
  readonly channels: Channels
  /** A monotonic clock, whole ms. */
  readonly now: () => number
  /** Counts the connections of a principal. */
  readonly seats: Seats
}

/** How a connection came. */
export interface Arrival {
  readonly connectionId: string
  readonly request: IncomingMessage
  /** Who it is by its upgrade request, where that has been asked; a token in the first frame says it anew. */
  readonly identity: Identity | undefined
  /** It is known who it is. */
  readonly identified: () => void
}

type About = Partial<Pick<SubscribeFrame, 'ref' | 'run_id'>>

/**
 * One connection of `llmmon.v1`: takes the client's texts and sends frames to its outlet. Knows nothing of sockets.
 */
export class Session implements ConnectionUser, SubscriptionHost {
  readonly #context: SessionContext
  readonly #outlet: Outlet
  // Forgotten once it is known who it is: most connections are quiet from then on, and a request is larger than all the rest.
  #arrival: Arrival | undefined
  // Kept where a fresh token is looked at beside it.
  #request: IncomingMessage | undefined
  // None while nothing is left of what was sent.
  #rate: FrameRate | undefined
  readonly #subscriptions = new Map<string, Subscription>()
  readonly #standing: Standing
  readonly #startedAt: number
  // Since when it has watched nothing; meaningless while it watches something.
  #idleSince: number
  #phase: 'hello' | 'identifying' | 'open' | 'closed' = 'hello'
  #early: ClientFrame[] | undefined
  // Tokens may be checked at different speeds; the one that came last counts.
  #tokens = 0
  #tokenInUse = 0
  // Told of every frame that leaves, it looks at all its runs only when one of them may be waiting.
  #lacksRoom = false

  constructor(context: SessionContext, arrival: Arrival, outlet: Outlet) {
    this.#context = context
    this.#arrival = arrival
    this.#outlet = outlet
    this.#standing = new Standing(context.seats)
    this.#startedAt = this.#idleSince = context.now()
  }

  /** How many runs it watches. */
  get size(): number {
    return this.#subscriptions.size
  }

  /** Who it is; undefined until that is known. */
  get identity(): Identity | undefined {
    return this.#standing.identity ?? this.#arrival?.identity
  }

  /** Takes one text frame of the client. Never throws. */
  receive(text: string): void {
    if (this.#phase === 'closed') return
    const now = this.#context.now()
    const rate = (this.#rate ??= new FrameRate(this.#context.options.limits, now))
    if (!rate.takes(now)) {
      this.#tooMany()
      return
    }
    try {
      const decoded = decodeClientFrame(text)
      const type = decoded.kind === 'frame' ? decoded.frame.type : undefined
      if (!rate.takesType(type, now)) this.#tooMany()
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

  tick(now: number): number {
    const { helloTimeoutMs, idleTimeoutMs } = this.#context.options.limits
    const helloUntil = this.#phase === 'hello' ? this.#startedAt + helloTimeoutMs : Number.POSITIVE_INFINITY
    const idleUntil = this.size === 0 ? this.#idleSince + idleTimeoutMs : Number.POSITIVE_INFINITY
    if (now > helloUntil) this.close(closeCodes.helloTimeout, 'expected a hello frame in time')
    if (now > idleUntil) this.close(closeCodes.done, 'nothing was watched')
    this.#closeIfExpired()
    if (this.#rate?.isFull(now)) this.#rate = undefined
    return this.#rate ? now : Math.min(helloUntil, idleUntil, now + this.#standing.expiresInMs)
  }

  /** Ends the subscription of a run, if there is one, as if there were no such run. */
  endRun(runId: string): void {
    const subscription = this.#subscriptions.get(runId)
    if (!subscription) return
    subscription.close()
    this.over(subscription)
    this.notFound(subscription)
  }

  deliver(frame: string | TextFrame): void {
    this.#outlet.send(frame)
  }

  get hasRoom(): boolean {
    const hasRoom = this.#outlet.bufferedBytes < this.#context.options.limits.maxBufferedBytes
    if (!hasRoom) this.#lacksRoom = true
    return hasRoom
  }

  get mayWait(): boolean {
    const pending = [...this.#subscriptions.values()].filter(({ isPending }) => isPending).length
    return pending < this.#context.options.limits.maxPending
  }

  over(subscription: Subscription): void {
    const { runId } = subscription.wish
    if (this.#subscriptions.get(runId) !== subscription) return
    this.#subscriptions.delete(runId)
    this.#idleSince = this.#context.now()
  }

  notFound({ ref, wish }: Subscription): void {
    this.#notFound(ref, wish.runId)
  }

  tooManyWait({ ref, wish }: Subscription): void {
    const message = `At most ${this.#context.options.limits.maxPending} runs that are not there can be waited for.`
    this.#error('limit', message, { ref, run_id: wish.runId })
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
    this.#arrival = this.#request = this.#early = undefined
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
    else (this.#early ??= []).push(frame)
  }

  async #hello(token: string | undefined): Promise<void> {
    const { gate, options } = this.#context
    const { request, connectionId, identity: known, identified } = this.#arrival as Arrival
    this.#phase = 'identifying'
    // Until it is known who is there, no more is kept for them than what had arrived already.
    this.#outlet.pause()
    const identity = known && token === undefined ? known : await gate.identify(request, token)
    this.#outlet.resume()
    if (this.#phase !== 'identifying' || !this.#become(identity)) return
    this.#phase = 'open'
    identified()
    this.#arrival = undefined
    if (options.authenticate) this.#request = request
    const { maxFrameBytes, maxSubscriptions } = options.limits
    this.send({
      type: 'welcome',
      connection_id: connectionId,
      server_time: Date.now(),
      heartbeat_ms: options.heartbeatMs,
      limits: { max_frame_bytes: maxFrameBytes, max_subscriptions: maxSubscriptions },
      ...this.#standing.expiry,
    })
    const early = this.#early ?? []
    this.#early = undefined
    for (const frame of early) if (this.#phase === 'open') this.#handle(frame)
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
        this.#unsubscribe(frame.run_id)
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
    const subscription = new Subscription(wish, ref, from, this)
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

  #unsubscribe(runId: string): void {
    const subscription = this.#subscriptions.get(runId)
    subscription?.close()
    if (subscription) this.over(subscription)
  }

  // While the question is asked, the answer may come to be about somebody else.
  async #permits(wish: Wish): Promise<boolean> {
    for (;;) {
      const identity = this.#standing.identity
      if (!identity || !(await this.#context.gate.permits(identity, wish))) return false
      if (identity === this.#standing.identity) return true
    }
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
    const identity = await this.#context.gate.identify(this.#request, token)
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
