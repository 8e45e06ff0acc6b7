import type { Position } from '@llmmon/core/protocol'
import type { RunState } from '@llmmon/core/state'

/** What is known of a run from elsewhere: what `readRun` gave, or a snapshot. */
export interface KnownRun extends RunState {
  /** Which incarnation of the run's writer it is of. Without one the run is shown as it is known, but not gone on from. */
  readonly epoch?: string | null
}

/**
 * Where whoever knows this of a run goes on: undefined for at its beginning. The end of a run is asked for once more. Nothing follows it, so it
 * comes as it was, and whoever waits for the result is told.
 */
export function positionOf({ epoch, seq, endedAt }: KnownRun): Position | undefined {
  const known = endedAt === null ? seq : seq - 1
  return epoch && known > 0 ? { epoch, seq: known } : undefined
}
