import { decodeBatch, type EncodedBatch, isTerminal } from '@llmmon/core'

/** The batch that a text of the store or a channel holds. @throws LlmmonError `invalid_frame`. */
export function batchOfText(text: string): EncodedBatch {
  const { epoch, from, to, base, events } = decodeBatch(text)
  const last = events.at(-1)
  return { epoch, from, to, ...(base && { base }), closes: last !== undefined && isTerminal(last), text }
}

/** Largest text that is published, UTF-8 bytes; beyond it only its position is. */
const largestPublished = 65_536

/** What is published of a batch: its text, or where it ends. */
export function messageOf(batch: EncodedBatch): string {
  if (Buffer.byteLength(batch.text) <= largestPublished) return batch.text
  return JSON.stringify({ type: 'bell', epoch: batch.epoch, seq: batch.to })
}
