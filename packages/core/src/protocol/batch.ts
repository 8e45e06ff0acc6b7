import { LlmmonError } from './error.js'
import type { RunEvent } from './event.js'
import { isJsonObject } from './json.js'
import { type Base, isEpoch, isSeq, type Span } from './position.js'
import { isRunId } from './run-id.js'

/**
 * The unit of everything: the events of a run from position `from` to `to`, both included, without a hole. A compacted
 * batch covers its whole span with fewer events. The same bytes are the store's entry, the published message and the
 * WebSocket frame.
 */
export interface Batch {
  readonly type: 'events'
  readonly run_id: string
  readonly epoch: string
  readonly from: number
  readonly to: number
  /** On the first batch of an epoch that goes on where another ended. */
  readonly base?: Base
  readonly events: readonly RunEvent[]
}

/** A batch with its encoding, which is made once and shared by everybody. */
export interface EncodedBatch extends Span {
  /** The JSON text of the batch. */
  readonly text: string
  /** True when its last event ends the run. */
  readonly closes: boolean
  /** The run, where the text was read and found valid, and everything here was taken from it: then it need not be read again. */
  readonly runId?: string
}

/** Encodes a batch; `closes` says whether its last event is terminal. */
export function encodeBatch(batch: Batch, closes: boolean): EncodedBatch {
  const { epoch, from, to, base } = batch
  return { epoch, from, to, ...(base && { base }), closes, text: JSON.stringify(batch) }
}

/**
 * Reads and checks the text of a batch: JSON, the fields of `Batch`, and events whose numbers rise inside its span and
 * end at `to`. Fields and event types that it does not know are kept.
 *
 * @throws LlmmonError `invalid_frame` that says what is wrong, never with the content.
 */
export function decodeBatch(text: string): Batch {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new LlmmonError('invalid_frame', 'Expected a batch as JSON text; it does not parse.', { cause })
  }
  return checkBatch(value)
}

/**
 * Makes sure that a batch is valid, of a run, and where it says; reads its text only where that has not been done.
 *
 * @throws LlmmonError `invalid_frame`.
 */
export function checkEncodedBatch(batch: EncodedBatch, runId: string): void {
  if (batch.runId === runId) return
  const { run_id, epoch, from, to } = decodeBatch(batch.text)
  if (run_id === runId && epoch === batch.epoch && from === batch.from && to === batch.to) return
  throw new LlmmonError('invalid_frame', `A stored batch of the run ${runId} is not what its entry says.`, { runId })
}

/** As `decodeBatch`, for a value that has been parsed already. */
export function checkBatch(value: unknown): Batch {
  if (!isJsonObject(value) || value.type !== 'events') throw invalid('an object with type "events"')
  const { run_id, epoch, from, to, base, events } = value
  if (!isRunId(run_id)) throw invalid('a run id in "run_id"')
  if (!isEpoch(epoch)) throw invalid('a decimal string in "epoch"')
  if (!isSeq(from) || !isSeq(to) || from > to) throw invalid('whole numbers 1 ≤ "from" ≤ "to"')
  if (base !== undefined && !(isJsonObject(base) && isEpoch(base.epoch) && base.to === from - 1)) {
    throw invalid('"base" to be { epoch, to } with to = from - 1')
  }
  if (!Array.isArray(events) || events.length === 0) throw invalid('a non-empty array in "events"')
  let before = from - 1
  for (const event of events as unknown[]) {
    if (!isJsonObject(event) || typeof event.update_type !== 'string') throw invalid('events with an "update_type"')
    if (!isSeq(event.seq) || event.seq <= before || event.seq > to)
      throw invalid('event numbers that rise inside the span')
    before = event.seq
  }
  if (before !== to) throw invalid('the last event to stand at "to"')
  return value as unknown as Batch
}

function invalid(expected: string): LlmmonError {
  return new LlmmonError('invalid_frame', `Expected ${expected} in a batch.`)
}
