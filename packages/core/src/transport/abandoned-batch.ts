import { type Base, type EncodedBatch, encodeBatch } from '../protocol/index.js'

/** The batch with which a reaper ends a run whose writer is gone: one event, in an epoch that continues the old one. */
export function abandonedBatch(runId: string, epoch: string, base: Base, ts: number): EncodedBatch {
  const seq = base.to + 1
  const event = {
    update_type: 'error',
    status: 'error',
    error: 'The process that ran this chain went away without ending it.',
    code: 'abandoned',
    seq,
    ts,
  } as const
  return encodeBatch({ type: 'events', run_id: runId, epoch, from: seq, to: seq, base, events: [event] }, true)
}

/** A new epoch: the clock in microseconds, but always above every epoch known. */
export function nextEpoch(nowMs: number, ...known: readonly string[]): string {
  let epoch = BigInt(Math.floor(nowMs * 1000))
  for (const other of known) if (BigInt(other) >= epoch) epoch = BigInt(other) + 1n
  return epoch.toString()
}
