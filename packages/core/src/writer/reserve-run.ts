import { checkRunId, createRunId, LlmmonError } from '../protocol/index.js'
import type { Transport } from '../transport/transport.js'
import { defaultWriterLimits } from './limits.js'
import { snapshot } from './snapshot.js'

/** Options of `reserveRun`. */
export interface ReserveRunOptions {
  /** Where the run will be written. */
  transport: Transport
  /** The id to keep. Default: a new UUID. */
  runId?: string
  /** The name of the chain that will run. Default: none. */
  name?: string
  /** What `authorize` should know before the run starts. Default `{}`. */
  metadata?: { readonly [key: string]: unknown }
  /** Words to find it by. Default none. */
  tags?: readonly string[]
  /** How long the run may take to start, ms. Default 3 600 000 (one hour). */
  ttlMs?: number
}

/**
 * Keeps an id for a run that a worker starts later: its page may watch, and cancel, before that.
 *
 * @returns the id, to put into the job and the page.
 * @throws (rejects with) LlmmonError `run_exists` when the id is taken, `invalid_run_id`, `invalid_argument`.
 * @example
 * const { runId } = await reserveRun({ transport, metadata: { userId } })
 * await queue.add('summarise', { runId, text })
 */
export async function reserveRun(options: ReserveRunOptions): Promise<{ runId: string }> {
  const { transport, name, metadata = {}, tags = [], ttlMs = 3_600_000 } = options
  if (typeof transport?.reserve !== 'function') {
    throw new LlmmonError('invalid_argument', 'Expected reserveRun({ transport }) with the transport of the run.')
  }
  if (!Number.isFinite(ttlMs) || ttlMs <= 0) {
    throw new LlmmonError(
      'invalid_argument',
      `Expected ttlMs to be a positive number of milliseconds; got ${String(ttlMs)}.`,
    )
  }
  const runId = options.runId === undefined ? createRunId() : checkRunId(options.runId)
  const { value } = snapshot(metadata, 'metadata', defaultWriterLimits.payloadLength)
  const label = { chain: name ?? null, metadata: value as { readonly [key: string]: never }, tags: [...tags] }
  const answer = await transport.reserve({ runId, ...label, ttlMs })
  if (answer === 'ok') return { runId }
  throw new LlmmonError('run_exists', `The run id ${runId} is taken; leave it out to have one made.`, { runId })
}
