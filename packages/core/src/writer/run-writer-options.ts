import type { ErrorCode } from '../protocol/index.js'
import type { RunLabel } from '../transport/transport.js'
import type { StartDraft } from './draft.js'
import type { ResolvedWriterLimits } from './limits.js'

/** What a run's writer is made with. */
export interface RunWriterOptions extends RunLabel {
  readonly runId: string
  readonly ifExists: 'refuse' | 'replace'
  readonly limits: ResolvedWriterLimits
  /** How often to give a sign of life, ms. */
  readonly heartbeatMs: number
  /** Told once when nothing more can be written. */
  readonly onStopped: (code: ErrorCode, message: string, cause?: unknown) => void
  /** Told when the claim finds a cancel that came before the run started. */
  readonly onCancel: (reason: string | null) => void
  /** Gives the start event anew when the claim finds that the id was reserved under a label that adds to the writer's. */
  readonly onLabel?: (label: RunLabel) => StartDraft
}
