import { closeCodes, type Position, type ResetReason, type UnsequencedEvent } from '@llmmon/core'
import type { ConnectionUser } from './connection.js'
import type { Gate } from './gate.js'
import type { Outlet } from './outlet.js'
import type { RunChannel } from './run-channel.js'
import type { SharedBatch } from './shared-batch.js'
import type { Viewer } from './viewer.js'

/** What a plain viewer works with. */
export interface PlainContext {
  readonly runId: string
  /** The number after which it wants events; 0 for all. */
  readonly after: number
  readonly gate: Gate
  /** Who is asking, and the run's channel once they may. */
  readonly permitted: Promise<boolean>
  readonly channel: () => RunChannel
  readonly maxBufferedBytes: number
  readonly now: () => number
}

/** One viewer of the plain endpoint: gets one event a frame, history first, and need not send anything. */
export class PlainViewer implements Viewer, ConnectionUser {
  position: Position | undefined
  readonly #context: PlainContext
  readonly #outlet: Outlet
  #channel: RunChannel | undefined
  #isClosed = false
  // Batches may overlap; no event is sent twice.
  #sentTo: number

  constructor(context: PlainContext, outlet: Outlet) {
    this.#context = context
    this.#sentTo = context.after
    this.#outlet = outlet
    void this.#open()
  }

  get isReady(): boolean {
    return this.#outlet.bufferedBytes < this.#context.maxBufferedBytes
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
    this.#outlet.send(JSON.stringify({ ...event, run_id: this.#context.runId }))
    this.close(closeCodes.done, 'the run is lost')
  }

  notFound(): void {
    const error = 'There is no such run, or you may not see it.'
    const event = { update_type: 'error', status: 'error', error, code: 'not_found', ts: Date.now() }
    this.#outlet.send(JSON.stringify({ ...event, run_id: this.#context.runId }))
    this.close(closeCodes.done, 'not found')
  }

  receive(): void {
    // Whatever a client says here has no meaning; the seed's pages say nothing.
  }

  drained(): void {
    this.#channel?.pump(this)
  }

  tick(): void {}

  close(code: number, reason: string): void {
    if (this.#isClosed) return
    this.gone()
    this.#outlet.close(code, reason)
  }

  gone(): void {
    this.#isClosed = true
    this.#channel?.remove(this)
  }

  async #open(): Promise<void> {
    const { permitted, gate, channel, now } = this.#context
    const since = now()
    if (!(await permitted)) {
      await gate.refusal(since, now)
      if (!this.#isClosed) this.notFound()
      return
    }
    if (this.#isClosed) return
    this.#channel = channel()
    this.#channel.hold(this)
    await this.#channel.ready()
    if (!this.#isClosed) this.#channel.add(this)
  }
}
