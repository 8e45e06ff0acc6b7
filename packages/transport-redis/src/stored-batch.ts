import { decodeBatch, type EncodedBatch, isTerminal } from '@llmmon/core'

/** The batch that a text of the store or a channel holds. @throws LlmmonError `invalid_frame`. */
export function batchOfText(text: string): EncodedBatch {
  const { run_id, epoch, from, to, base, events } = decodeBatch(text)
  const last = events.at(-1)
  return { epoch, from, to, base, closes: last !== undefined && isTerminal(last), text, runId: run_id }
}

/** What is published of a batch: its text; of one longer than `largest` UTF-8 bytes only where it ends. */
export function messageOf(batch: EncodedBatch, largest: number): string {
  const { text } = batch
  // Short ones need not be counted: no character is longer than three bytes.
  if (text.length * 3 <= largest || Buffer.byteLength(text) <= largest) return text
  return JSON.stringify({ type: 'bell', epoch: batch.epoch, seq: batch.to })
}

/** A batch as scripts take it: where it begins and ends, 1 if it ends the run, its text. */
export function argumentsOf({ from, to, closes, text }: EncodedBatch): (string | number)[] {
  return [from, to, closes ? 1 : 0, text]
}
