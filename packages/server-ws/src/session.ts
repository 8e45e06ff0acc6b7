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
import type { Channels } from './channels.js'
import type { Gate } from './gate.js'
import type { ResolvedServerOptions } from './options.js'
import type { Outlet } from './outlet.js'
import { Subscription } from './subscription.js'
import { TokenBucket } from './token-bucket.js'

/** What a session works with. */
export interface SessionContext {
  readonly connectionId: string
  readonly request: IncomingMessage
  readonly options: ResolvedServerOptions
  readonly gate: Gate
  readonly channels: Channels
  /** A monotonic clock, ms. */
  readonly now: () => number
}

/** How long the writer may take to act on a cancel, ms. */
const cancelTimeoutMs = 6_000

/**
 * One connection of `llmmon.v1`: takes the client's texts and sends frames to its outlet. Knows nothing of sockets.
 */
export class Session {
  readonly #context: SessionContext
  readonly #outlet: Outlet
  readonly #bucket: TokenBucket
  // For all but subscribe and unsubscribe.
  readonly #others: TokenBucket
  readonly #subscriptions = new Map<string, Subscription>()
  readonly #startedAt: number
  #phase: 'hello' | 'identifying' | 'open' | 'closed' = 'hello'
  #early: ClientFrame[] = []
  #principal: unknown
  // Told of every frame that leaves, it looks at all its runs only when one of them may be waiting.
  #lacksRoom = false

  constructor(context: SessionContext, outlet: Outlet) {
    const { framesPerSecond, maxSubscriptions } = context.options.limits
    this.#context = context
    this.#outlet = outlet
    this.#startedAt = context.now()
    const burst = framesPerSecond * 5
    this.#others = new TokenBucket(framesPerSecond, burst, this.#startedAt)
    // A client that comes back subscribes to all it watches at once; one that turns to other runs also lets go of as many.
    this.#bucket = new TokenBucket(framesPerSecond, burst + maxSubscriptions * 2, this.#startedAt)
  }

  /** How many runs it watches. */
  get size(): number {
    return this.#subscriptions.size
  }

  /** Takes one text frame of the client. Never throws. */
  receive(text: string): void {
    if (this.#phase === 'closed') return
    if (!this.#bucket.take(this.#context.now())) {
      this.#tooMany()
      return
    }
    try {
      const decoded = decodeClientFrame(text)
      const type = decoded.kind === 'frame' ? decoded.frame.type : undefined
      const isOther = type !== 'subscribe' && type !== 'unsubscribe'
      if (isOther && !this.#others.take(this.#context.now())) this.#tooMany()
      else if (decoded.kind === 'frame') this.#take(decoded.frame)
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
  }

  /** Sends a frame. */
  send(frame: ServerFrame): void {
    if (this.#phase !== 'closed') this.#outlet.send(JSON.stringify(frame))
  }

  #tooMany(): void {
    this.close(closeCodes.rateLimited, 'too many frames; come back later')
  }

  #take(frame: ClientFrame): void {
    if (frame.type === 'hello') {
      if (this.#phase === 'hello') void this.#hello(frame.token)
      else this.close(closeCodes.badFrame, 'expected one hello frame; got another')
    } else if (this.#phase === 'hello') {
      this.close(closeCodes.badFrame, `expected a hello frame first; got ${frame.type}`)
    } else if (this.#phase === 'open') this.#handle(frame)
    else this.#early.push(frame)
  }

  async #hello(token: string | undefined): Promise<void> {
    const { gate, request, connectionId, options } = this.#context
    this.#phase = 'identifying'
    // Until it is known who is there, no more is kept for them than what had arrived already.
    this.#outlet.pause()
    const identity = await gate.identify(request, token)
    this.#outlet.resume()
    if (this.#phase !== 'identifying') return
    if (!identity) {
      this.close(closeCodes.unauthenticated, 'the credentials were not accepted')
      return
    }
    this.#principal = identity.principal
    this.#phase = 'open'
    const { maxFrameBytes, maxSubscriptions } = options.limits
    this.send({
      type: 'welcome',
      connection_id: connectionId,
      server_time: Date.now(),
      heartbeat_ms: options.heartbeatMs,
      limits: { max_frame_bytes: maxFrameBytes, max_subscriptions: maxSubscriptions },
    })
    for (const frame of this.#early.splice(0)) if (this.#phase === 'open') this.#handle(frame)
  }

  #handle(frame: ClientFrame): void {
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
    const subscription = new Subscription(run_id, ref, from, token, {
      send: (frame) => this.#outlet.send(frame),
      hasRoom: () => this.#hasRoom(),
      done: () => {
        if (this.#subscriptions.get(run_id) === subscription) this.#subscriptions.delete(run_id)
      },
      notFound: () => this.#notFound(ref, run_id),
    })
    this.#subscriptions.set(run_id, subscription)
    const isAllowed = run_id !== '' && (await gate.permits(this.#principal, 'watch', run_id, token))
    // A channel made for nobody would be held by nobody.
    if (subscription.isClosed) return
    this.#answered('subscribe', isAllowed ? 'allowed' : 'refused')
    if (isAllowed) await subscription.open(channels.of(run_id))
    else {
      await gate.refusal(since, now)
      if (subscription.isClosed) return
      this.#subscriptions.delete(run_id)
      this.#notFound(ref, run_id)
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
    const refuse = async () => {
      await gate.refusal(since, now)
      this.#notFound(ref, run_id)
    }
    const isAllowed = run_id !== '' && (await gate.permits(this.#principal, 'cancel', run_id, token))
    if (!isAllowed) {
      this.#answered('cancel', 'refused')
      await refuse()
      return
    }
    try {
      const answer = await inTime(options.transport.command(run_id, { type: 'cancel', reason: reason ?? null }))
      this.#answered('cancel', answer ?? 'timeout')
      if (answer === 'accepted' || answer === 'stored') {
        this.send({ type: 'cancel_answer', ref, run_id, answer: 'accepted' })
      } else if (answer === 'already_ended') this.send({ type: 'cancel_answer', ref, run_id, answer })
      else if (answer === undefined) {
        this.#error('timeout', 'The writer of this run did not answer in time.', { ref, run_id })
      } else if (await options.transport.inspect(run_id)) {
        this.#error('no_writer', 'Nobody runs this run any more.', { ref, run_id })
      } else await refuse()
    } catch (err) {
      options.logger.warn({ err, runId: run_id }, 'A cancel failed')
      this.#error('internal', 'The cancel could not be delivered; try again.', { ref, run_id }, true)
    }
  }

  async #reauthenticate(ref: number, token: string): Promise<void> {
    const { gate, request } = this.#context
    const identity = await gate.identify(request, token)
    if (this.#phase !== 'open') return
    if (!identity) {
      this.close(closeCodes.unauthenticated, 'the credentials were not accepted')
      return
    }
    this.#principal = identity.principal
    this.send({ type: 'auth_ok', ref })
    for (const [runId, subscription] of this.#subscriptions) {
      if (await gate.permits(identity.principal, 'watch', runId, subscription.token)) continue
      if (subscription.isClosed) continue
      subscription.close()
      this.#subscriptions.delete(runId)
      this.#notFound(subscription.ref, runId)
    }
  }

  #answered(request: 'subscribe' | 'cancel', answer: string): void {
    this.#context.options.metrics.count('llmmon_requests_total', { request, answer })
  }

  #notFound(ref: number, run_id: string): void {
    this.#error('not_found', 'There is no such run, or you may not see it.', { ref, run_id })
  }

  #error(
    code: ErrorFrameCode,
    message: string,
    about: { ref?: number | undefined; run_id?: string },
    retryable = false,
  ): void {
    const { ref, run_id } = about
    this.send({ type: 'error', ...(ref !== undefined && { ref }), ...(run_id && { run_id }), code, message, retryable })
  }
}

async function inTime<Answer>(answer: Promise<Answer>): Promise<Answer | undefined> {
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), cancelTimeoutMs)
    timer.unref()
  })
  try {
    return await Promise.race([answer, deadline])
  } finally {
    clearTimeout(timer)
  }
}
