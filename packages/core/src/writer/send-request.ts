import type { Transport } from '../transport/transport.js'
import type { RunWriter } from './run-writer.js'
import type { WriterAnswer, WriterRequest } from './writer-request.js'

/** Who writes, for the requests that tell the store. */
interface Names {
  readonly owner: string
  readonly hostId: string
}

/** Makes one request of a run's writer to a transport. @throws (rejects with) whatever the transport throws or rejects with. */
export function sendRequest(
  transport: Transport,
  writer: RunWriter,
  names: Names,
  request: WriterRequest,
): Promise<WriterAnswer> {
  try {
    return Promise.resolve(answerOf(transport, writer, names, request))
  } catch (error) {
    return Promise.reject(error)
  }
}

// Not async: of the many appends each would wait for one promise more.
function answerOf(
  transport: Transport,
  { runId, label }: RunWriter,
  names: Names,
  request: WriterRequest,
): Promise<WriterAnswer> {
  switch (request.op) {
    case 'claim': {
      const { mode, epoch } = request
      return transport.claim({ runId, ...label, ...names, mode, ...(epoch && { epoch }) })
    }
    case 'append':
      return transport.append({ runId, batch: request.batch })
    case 'checkpoint':
      return transport.checkpoint({ runId, epoch: request.epoch, ...request.checkpoint })
    case 'restore':
      return transport.restore({ runId, ...label, ...names, ...request.request })
    case 'heartbeat':
      return transport.heartbeat({ runId, epoch: request.epoch })
    case 'verify':
      return transport.inspect(runId)
  }
}
