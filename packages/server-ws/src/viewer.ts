import type { Position, ResetReason, UnsequencedEvent } from '@llmmon/core'
import type { SharedBatch } from './shared-batch.js'

/** Somebody who watches a run: a position, and a way to send. Implemented by each endpoint. */
export interface Viewer {
  /** Where it stands; undefined before its first event. Kept by the channel. */
  position: Position | undefined
  /** The class of viewers it belongs to. Changed by the channel alone while it is there. */
  audience: string
  /** False while so much waits in its connection that nothing more should be sent. */
  readonly isReady: boolean
  /** Sends a batch. */
  send(batch: SharedBatch): void
  /** Tells that everything so far is void. */
  reset(reason: ResetReason): void
  /** Tells whether the writer gives signs of life. */
  status(state: 'live' | 'stalled'): void
  /** Everything has been delivered; the channel has let this viewer go. */
  end(position: Position): void
  /** The run is lost; the channel has let this viewer go. */
  lost(event: UnsequencedEvent): void
  /** The run has not started in time; the channel has let this viewer go. */
  notFound(): void
}
