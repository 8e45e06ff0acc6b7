import { decodeBatch, type EncodedBatch, type Position, type RunEvent } from '@llmmon/core'
import { TextFrame } from './text-frame.js'
import { isWithheld } from './withheld.js'

/** One event as the plain endpoint sends it. */
export interface PlainFrame {
  readonly seq: number
  readonly frame: TextFrame
}

/** A batch on its way to viewers: its bytes are made once, however many there are. */
export class SharedBatch {
  readonly epoch: string
  readonly from: number
  readonly to: number
  /** Where a viewer stands that has it. */
  readonly end: Position
  readonly base: EncodedBatch['base']
  readonly closes: boolean
  readonly text: string
  #frame: TextFrame | undefined
  #plain: readonly PlainFrame[] | undefined

  constructor(batch: EncodedBatch) {
    this.epoch = batch.epoch
    this.from = batch.from
    this.to = batch.to
    this.end = { epoch: batch.epoch, seq: batch.to }
    this.base = batch.base
    this.closes = batch.closes
    this.text = batch.text
  }

  /** Its events, read from its text. */
  get events(): readonly RunEvent[] {
    return decodeBatch(this.text).events
  }

  /** The `events` frame. */
  get frame(): TextFrame {
    this.#frame ??= new TextFrame(this.text)
    return this.#frame
  }

  /** Lets go of what was made of it: most batches are sent once, and then only kept. It is made again for whoever comes for it. */
  release(): void {
    this.#frame = undefined
    this.#plain = undefined
  }

  /** The frames of the plain endpoint, one an event. */
  get plain(): readonly PlainFrame[] {
    if (!this.#plain) {
      const { run_id, events } = decodeBatch(this.text)
      const seen = events.filter((event) => !isWithheld(event))
      this.#plain = seen.map((event) => ({
        seq: event.seq,
        frame: new TextFrame(JSON.stringify(plainEvent(event, run_id))),
      }))
    }
    return this.#plain
  }
}

// The seed's pages know four events; to them a cancelled run is one that failed, so that they stop waiting.
function plainEvent(event: RunEvent, run_id: string): object {
  if (event.update_type !== 'cancelled') return { ...event, run_id }
  const { reason, seq, ts } = event
  const error = reason === null ? 'The run was cancelled.' : `The run was cancelled: ${reason}`
  return { update_type: 'error', status: 'error', error, code: 'cancelled', seq, ts, run_id }
}
