import type { EncodedBatch } from '../protocol/index.js'
import type { ClaimAnswer, ClaimRequest, RestoreRequest, RunInfo, WriteAnswer } from '../transport/transport.js'
import type { Checkpoint } from './history.js'

/** What a run's writer wants of the store next. */
export type WriterRequest =
  | { readonly op: 'claim'; readonly mode: ClaimRequest['mode']; readonly epoch?: string }
  | { readonly op: 'append'; readonly batch: EncodedBatch }
  | { readonly op: 'checkpoint'; readonly epoch: string; readonly checkpoint: Checkpoint }
  | { readonly op: 'restore'; readonly request: Pick<RestoreRequest, 'epoch' | 'segments' | 'tail'> }
  | { readonly op: 'heartbeat'; readonly epoch: string }
  | { readonly op: 'verify' }

/** What the store said to it: to a claim, to anything that writes, to `verify`. */
export type WriterAnswer = ClaimAnswer | WriteAnswer | RunInfo | undefined
