import { type Json, type JsonObject, LlmmonError } from '@llmmon/core/protocol'
import type { RunState } from '@llmmon/core/state'
import type { ConnectionState } from './connection-machine.js'
import type { AnySteps } from './run-of.js'
import type { StepOf } from './step-of.js'

/** How the monitor is connected, for the page to show. */
export interface MonitorConnection {
  /**
   * - `idle`: nobody watches
   * - `connecting`, `open`
   * - `waiting`: it tries again at `retryAt`
   * - `refused`: the server will not have it; trying again would not help
   * - `closed`: by `close()`
   */
  readonly state: 'idle' | 'connecting' | 'open' | 'waiting' | 'refused' | 'closed'
  /** What stopped it last, for people. */
  readonly reason: string | null
  /** When it tries again, ms since 1970. */
  readonly retryAt: number | null
  /** False on a server that cannot say what was missed: then nothing is promised about it. */
  readonly continuity: boolean
}

/** Everything a page shows of a run. Immutable: the same object until something changes. */
export interface MonitorSnapshot<Result = Json, Metadata = JsonObject, Steps = AnySteps>
  extends Omit<RunState, 'result' | 'metadata' | 'steps'> {
  /** What the run was started with; empty until it is known. */
  readonly metadata: Metadata
  /** Every step, flat, in start order. */
  readonly steps: readonly StepOf<Steps>[]
  /** The result; null until the run is completed. */
  readonly result: Result | null
  /** Which incarnation of the run's writer this is; null before its first event. */
  readonly epoch: string | null
  /** True while the writer gives no sign of life. */
  readonly stalled: boolean
  readonly connection: MonitorConnection
}

/** The connection of a monitor that watches nothing. */
export const idleConnection: MonitorConnection = { state: 'idle', reason: null, retryAt: null, continuity: true }

/** The connection of a monitor, from that of its link. */
export function shownConnection({ phase, reason, retryAt }: ConnectionState): Omit<MonitorConnection, 'continuity'> {
  return { state: phase === 'greeting' ? 'connecting' : phase, reason, retryAt: phase === 'waiting' ? retryAt : null }
}

/** Why a run cannot be watched over a link that is refused. */
export function refusalOf({ reason }: ConnectionState): LlmmonError {
  return new LlmmonError('refused', `This run cannot be watched: ${reason}.`)
}
