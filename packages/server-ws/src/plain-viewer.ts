import { closeCodes, type Position, type ResetReason, type UnsequencedEvent } from '@llmmon/core'
import type { ConnectionUser } from './connection.js'
import type { Gate } from './gate.js'
import type { Identity } from './identity.js'
import type { Outlet } from './outlet.js'
import type { RunChannel } from './run-channel.js'
import type { Seats } from './seats.js'
import type { SharedBatch } from './shared-batch.js'
import { Standing } from './standing.js'
import type { Viewer } from './viewer.js'

/** What a plain viewer works with. */
export interface PlainContext {
  readonly runId: string
  /** The number after which it wants events; 0 for all. */
  readonly after: number
  /** What the URL says who it is, or what it may. */
  readonly ticket: string | undefined
  readonly gate: Gate
  /** Who is asking; undefined for nobody. */
  readonly identify: () => Promise<Identity | undefined>
  /** Counts the connections of a principal. */
  readonly seats: Seats
  /** It is known who it is. */
  readonly identified: () => void
  /** The run's channel, once they may. */
  readonly channel: () => RunChannel
  readonly maxBufferedBytes: number
  readonly now: () => number
}

/** One viewer of the plain endpoint: gets one event a frame, history first, and need not send anything. */
export class PlainViewer implements Viewer, ConnectionUser {
  position: Position | undefined
  audience = ''
  readonly #runId: string
  readonly #maxBufferedBytes: number
  readonly #outlet: Outlet
  readonly #standing: Standing
  #channel: RunChannel | undefined
  #isClosed = false
  // Batches may overlap; no event is sent twice.
  #sentTo: number

  constructor(context: PlainContext, outlet: Outlet) {
    this.#runId = context.runId
    this.#maxBufferedBytes = context.maxBufferedBytes
    this.#sentTo = context.after
    this.#outlet = outlet
    this.#standing = new Standing(context.seats)
    // All the rest is needed for that alone: most of its life a viewer is quiet.
    void this.#open(context)
  }

  get identity(): Identity | undefined {
    return this.#standing.identity
  }

  get isReady(): boolean {
    return this.#outlet.bufferedBytes < this.#maxBufferedBytes
  }

  send(batch: SharedBatch): void {
    for (const { seq, frame } of batch.plain) if (seq > this.#sentTo) this.#outlet.send(frame)
    this.#sentTo = Math.max(this.#sentTo, batch.to)
  }

  // It has no word for a reset; who comes back gets the history from its beginning.
  reset(_reason: ResetReason): void {
    this.close(closeCodes.stateInvalid, 'the history has changed; connect again')
  }

  status(): void {}

  end(): void {
    this.close(closeCodes.done, 'the run has ended')
  }

  lost(event: UnsequencedEvent): void {
    this.#outlet.send(JSON.stringify({ ...event, run_id: this.#runId }))
    this.close(closeCodes.done, 'the run is lost')
  }

  notFound(): void {
    const error = 'There is no such run, or you may not see it.'
    const event = { update_type: 'error', status: 'error', error, code: 'not_found', ts: Date.now() }
    this.#outlet.send(JSON.stringify({ ...event, run_id: this.#runId }))
    this.close(closeCodes.done, 'not found')
  }

  receive(): void {
    // Whatever a client says here has no meaning; the seed's pages say nothing.
  }

  drained(): void {
    this.#channel?.pump(this)
  }

  tick(now: number): number {
    if (this.#standing.hasExpired) {
      this.close(closeCodes.tokenExpired, 'the credentials have expired; come back with fresh ones')
    }
    // Until it is known who it is, it is not known until when.
    return this.identity ? now + this.#standing.expiresInMs : now
  }

  endRun(runId: string): void {
    if (runId === this.#runId) this.notFound()
  }

  close(code: number, reason: string): void {
    if (this.#isClosed) return
    this.gone()
    this.#outlet.close(code, reason)
  }

  gone(): void {
    this.#isClosed = true
    this.#channel?.remove(this)
    this.#standing.leave()
  }

  async #open(context: PlainContext): Promise<void> {
    const { runId, ticket, gate, channel, now } = context
    const since = now()
    const wish = { action: 'watch', runId, token: ticket, cameAt: Date.now() } as const
    const identity = await this.#identify(context)
    if (this.#isClosed) return
    if (!identity || !(await gate.permits(identity, wish))) {
      await gate.refusal(since, now)
      if (!this.#isClosed) this.notFound()
      return
    }
    if (this.#isClosed) return
    this.audience = identity.audience
    this.#channel = channel()
    this.#channel.hold(this)
    await this.#channel.ready()
    if (!this.#isClosed) this.#channel.add(this)
  }

  async #identify({ identify, identified }: PlainContext): Promise<Identity | undefined> {
    const identity = await identify()
    if (this.#isClosed || !identity) return undefined
    const refusal = this.#standing.become(identity)
    if (refusal) this.close(...refusal)
    else identified()
    return identity
  }
}
