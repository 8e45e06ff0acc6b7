import { decodeBatch, type RunEvent, type Transport } from '@llmmon/core'

/** All events that a transport holds of a run. */
export async function readEvents(transport: Transport, runId: string): Promise<readonly RunEvent[]> {
  const history = await transport.read(runId)
  return (history?.batches ?? []).flatMap(({ text }) => decodeBatch(text).events)
}
