import { checkRunId, decodeBatch, type RunEvent } from '../protocol/index.js'
import { foldBatch, initialRunState, type RunState } from '../state/index.js'
import type { RunLabel, Transport } from '../transport/transport.js'
import { knownPublisher } from './publisher.js'
import type { RunWriter } from './run-writer.js'

/** How long to wait for the store to have what this process has said, ms. */
const ownWaitMs = 2_000

/**
 * The state of a run now: for server rendering and REST. A reserved run is `pending`. Of a run that this process writes it has everything said before
 * the call: it waits for the store to have that, 2 s at most, and where the store cannot be read, takes the writer's own record.
 *
 * @returns undefined when there is no such run.
 * @throws (rejects with) LlmmonError `invalid_run_id`, or what the transport rejects with.
 * @example
 * app.get('/runs/:id', async (req, res) => res.json(await readRun(transport, req.params.id)))
 */
export async function readRun(transport: Transport, runId: string): Promise<RunState | undefined> {
  checkRunId(runId)
  const publisher = knownPublisher(transport)
  const own = publisher?.writerOf(runId)
  if (own) await publisher?.flushed(own, ownWaitMs)
  try {
    const history = await transport.read(runId)
    if (history)
      return stateOf(
        runId,
        history.info,
        history.batches.flatMap((batch) => decodeBatch(batch.text).events),
      )
  } catch (error) {
    if (!own) throw error
  }
  return own && ownState(own.writer)
}

// A writer that was stopped has not written this run: its id was taken.
function ownState(writer: RunWriter): RunState | undefined {
  return writer.phase === 'stopped' ? undefined : stateOf(writer.runId, writer.label, writer.said)
}

function stateOf(runId: string, { chain, metadata, tags }: RunLabel, events: readonly RunEvent[]): RunState {
  return foldBatch({ ...initialRunState(runId), chain, metadata, tags }, events)
}
