import { checkRunId, decodeBatch } from '../protocol/index.js'
import { foldBatch, initialRunState, type RunState } from '../state/index.js'
import type { Transport } from '../transport/transport.js'

/** The state of a run, and which incarnation of its writer it is of: whoever has it can go on from there. */
export interface StoredRun extends RunState {
  /** Null before the first event. */
  readonly epoch: string | null
}

/**
 * The state of a run as the store has it now: for server rendering and REST. A reserved run is `pending`. Given to a viewer as `initialState`, it is
 * shown there and gone on from.
 *
 * @returns undefined when there is no such run.
 * @throws (rejects with) LlmmonError `invalid_run_id`, or what the transport rejects with.
 * @example
 * app.get('/runs/:id', async (req, res) => res.json(await readRun(transport, req.params.id)))
 */
export async function readRun(transport: Transport, runId: string): Promise<StoredRun | undefined> {
  const history = await transport.read(checkRunId(runId))
  if (!history) return undefined
  const { chain, metadata, tags, epoch } = history.info
  const pending: RunState = { ...initialRunState(runId), chain, metadata, tags }
  const state = foldBatch(
    pending,
    history.batches.flatMap((batch) => decodeBatch(batch.text).events),
  )
  return { ...state, epoch: state.seq > 0 ? epoch : null }
}
