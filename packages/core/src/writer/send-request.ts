import type { Transport } from '../transport/transport.js'
import type { RunWriter } from './run-writer.js'
import type { WriterAnswer, WriterRequest } from './writer-request.js'

/** Makes one request of a run's writer to a transport. */
export async function sendRequest(
  transport: Transport,
  writer: RunWriter,
  names: { readonly owner: string; readonly hostId: string },
  request: WriterRequest,
): Promise<WriterAnswer> {
  const { runId, label } = writer
  switch (request.op) {
    case 'claim': {
      const { mode, epoch } = request
      return {
        op: 'claim',
        answer: await transport.claim({ runId, ...label, ...names, mode, ...(epoch && { epoch }) }),
      }
    }
    case 'append':
      return { op: 'append', answer: await transport.append({ runId, batch: request.batch }) }
    case 'checkpoint':
      return {
        op: 'checkpoint',
        answer: await transport.checkpoint({ runId, epoch: request.epoch, ...request.checkpoint }),
      }
    case 'restore':
      return { op: 'restore', answer: await transport.restore({ runId, ...label, ...names, ...request.request }) }
    case 'heartbeat':
      return { op: 'heartbeat', answer: await transport.heartbeat({ runId, epoch: request.epoch }) }
    case 'verify':
      return { op: 'verify', answer: await transport.inspect(runId) }
  }
}
