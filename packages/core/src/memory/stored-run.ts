import type { Base, EncodedBatch } from '../protocol/index.js'
import type { RunInfo, RunLabel } from '../transport/transport.js'

/** What the memory store keeps of one run. */
export interface StoredRun extends RunLabel {
  readonly runId: string
  state: RunInfo['state']
  epoch: string
  last: number
  base: Base | undefined
  opened: RunInfo['opened']
  owner: string
  hostId: string
  /** By the store's clock, ms. */
  heartbeatAt: number
  /** When it may be forgotten, by the store's clock; Infinity while it is open. */
  expiresAt: number
  cancel: { readonly reason: string | null } | undefined
  /** Compacted, immutable, contiguous from 1. */
  segments: readonly EncodedBatch[]
  /** Raw batches after the segments. */
  tail: readonly EncodedBatch[]
}

/** What everybody may know of a stored run. */
export function infoOf(run: StoredRun, now: number): RunInfo {
  const { runId, chain, metadata, tags, state, epoch, last, base, opened, cancel } = run
  const silentMs = Math.max(0, now - run.heartbeatAt)
  return {
    runId,
    chain,
    metadata,
    tags,
    state,
    epoch,
    last,
    opened,
    silentMs,
    ...(base && { base }),
    ...(cancel && { cancel }),
  }
}

/** Where the raw tail begins: the number of the last event in a segment. */
export function segmentsEnd(run: StoredRun): number {
  return run.segments.at(-1)?.to ?? 0
}
