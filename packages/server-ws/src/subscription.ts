import type { Position, ResetReason, ServerFrame, UnsequencedEvent } from '@llmmon/core'
import type { Wish } from './gate.js'
import type { RunChannel } from './run-channel.js'
import type { SharedBatch } from './shared-batch.js'
import type { TextFrame } from './text-frame.js'
import type { Viewer } from './viewer.js'

/** What a subscription needs of its session. */
export interface SubscriptionHost {
  /** Sends a frame as it is. */
  deliver(frame: string | TextFrame): void
  /** False while the connection should not be given more. */
  readonly hasRoom: boolean
  /** Whether one more run that is not there may be waited for. */
  readonly mayWait: boolean
  /** A subscription is over. */
  over(subscription: Subscription): void
  /** The run of a subscription has not started in time. */
  notFound(subscription: Subscription): void
  /** The run of a subscription is not there, and it is one too many to wait for. */
  tooManyWait(subscription: Subscription): void
}

/** One run that a connection of `llmmon.v1` watches. */
export class Subscription implements Viewer {
  position: Position | undefined
  isClosed = false
  audience = ''
  readonly ref: number
  /** What it was allowed by: permission is asked again with it. */
  readonly wish: Wish
  readonly #host: SubscriptionHost
  #channel: RunChannel | undefined
  #isOpen = false

  constructor(wish: Wish, ref: number, from: Position | undefined, host: SubscriptionHost) {
    this.wish = wish
    this.ref = ref
    this.position = from
    this.#host = host
  }

  /** It waits for a run of which nothing is known. */
  get isPending(): boolean {
    return this.#isOpen && this.#channel?.isUnknown === true
  }

  get isReady(): boolean {
    return this.#host.hasRoom
  }

  /** Begins to watch: answers first, then sends. */
  async open(channel: RunChannel, audience: string): Promise<void> {
    if (this.isClosed) return
    this.audience = audience
    this.#channel = channel
    channel.hold(this)
    await channel.ready()
    if (this.isClosed) return
    if (channel.isUnknown && !this.#host.mayWait) {
      this.close()
      this.#host.tooManyWait(this)
      this.#host.over(this)
      return
    }
    this.#isOpen = true
    this.#send({ type: 'subscribed', ref: this.ref, run_id: this.wish.runId, phase: channel.phase })
    channel.add(this)
  }

  /** Belongs to another class of viewers from now on. */
  see(audience: string): void {
    if (audience === this.audience || this.isClosed) return
    if (this.#channel) this.#channel.move(this, audience)
    else this.audience = audience
  }

  /** Goes on where it fell behind. */
  pump(): void {
    this.#channel?.pump(this)
  }

  close(): void {
    this.isClosed = true
    this.#channel?.remove(this)
  }

  send(batch: SharedBatch): void {
    this.#host.deliver(batch.frame)
  }

  reset(reason: ResetReason): void {
    this.#send({ type: 'reset', run_id: this.wish.runId, reason })
  }

  status(state: 'live' | 'stalled'): void {
    this.#send({ type: 'status', run_id: this.wish.runId, state })
  }

  end({ epoch, seq }: Position): void {
    this.#send({ type: 'end', run_id: this.wish.runId, epoch, seq })
    this.#finish()
  }

  lost(event: UnsequencedEvent): void {
    this.#send({ type: 'event', run_id: this.wish.runId, event })
    this.#finish()
  }

  notFound(): void {
    this.#host.notFound(this)
    this.#finish()
  }

  #finish(): void {
    this.isClosed = true
    this.#host.over(this)
  }

  #send(frame: ServerFrame): void {
    if (!this.isClosed) this.#host.deliver(JSON.stringify(frame))
  }
}
