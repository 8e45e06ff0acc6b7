import { checkRunId, decodeBatch, type RunEvent } from '../protocol/index.js'
import { foldBatch, initialRunState, type RunState } from '../state/index.js'
import type { RunLabel, Transport } from '../transport/transport.js'
import { knownPublisher } from './publisher.js'
import type { RunWriter } from './run-writer.js'

/** How long to wait for the store to have what this process has said, ms. */
const ownWaitMs = 2_000

/** The state of a run, and which incarnation of its writer it is of: whoever has it can go on from there. */
export interface StoredRun extends RunState {
  /** Null before the first event. */
  readonly epoch: string | null
}

/**
 * The state of a run now: for server rendering and REST. A reserved run is `pending`. Of a run that this process writes it has everything said before
 * the call: it waits for the store to have that, 2 s at most, and where the store cannot be read, takes the writer's own record. Given to a viewer as
 * `initialState`, it is shown there and gone on from.
 *
 * @returns undefined when there is no such run.
 * @throws (rejects with) LlmmonError `invalid_run_id`, or what the transport rejects with.
 * @example
 * app.get('/runs/:id', async (req, res) => res.json(await readRun(transport, req.params.id)))
 */
export async function readRun(transport: Transport, runId: string): Promise<StoredRun | undefined> {
  checkRunId(runId)
  const publisher = knownPublisher(transport)
  const own = publisher?.writerOf(runId)
  if (own) await publisher?.flushed(own, ownWaitMs)
  try {
    const history = await transport.read(runId)
    if (history) {
      const events = history.batches.flatMap((batch) => decodeBatch(batch.text).events)
      return stateOf(runId, history.info, history.info.epoch, events)
    }
  } catch (error) {
    if (!own) throw error
  }
  return own && ownState(own.writer)
}

// A writer that was stopped has not written this run: its id was taken.
function ownState(writer: RunWriter): StoredRun | undefined {
  return writer.phase === 'stopped' ? undefined : stateOf(writer.runId, writer.label, writer.epoch, writer.said)
}

function stateOf(
  runId: string,
  { chain, metadata, tags }: RunLabel,
  epoch: string | null,
  events: readonly RunEvent[],
): StoredRun {
  const state = foldBatch({ ...initialRunState(runId), chain, metadata, tags }, events)
  return { ...state, epoch: state.seq > 0 ? epoch : null }
}
