import type { EventBody } from '@llmmon/core/protocol'
import type { FakeConnection } from './fake-server.js'

/** A run as a fake server tells it to one connection. */
export interface ToldRun {
  /** Tells what comes next, as one batch; numbers it. */
  tell(...events: readonly EventBody[]): void
  /** Starts the run. */
  start(metadata?: { readonly [name: string]: string }): void
  /** Adds a text of the run's own. */
  token(delta: string): void
  /** Ends it. */
  complete(result: string): void
}

/** Waits until the client asks for a run, and tells it from there on. */
export async function tellRun(connection: FakeConnection, runId = 'r'): Promise<ToldRun> {
  let request = await connection.next('subscribe')
  while (request.run_id !== runId) request = await connection.next('subscribe')
  const { ref, from } = request as { ref?: number; from?: { seq: number } }
  connection.send({ type: 'subscribed', ref, run_id: runId, phase: 'open' })
  let last = from?.seq ?? 0
  let length = 0
  const told: ToldRun = {
    tell(...events) {
      const numbered = events.map((event, index) => ({ ...event, seq: last + 1 + index, ts: 0 }))
      const span = { from: last + 1, to: last + events.length }
      last = span.to
      connection.send({ type: 'events', run_id: runId, epoch: '5', ...span, events: numbered })
    },
    start: (metadata = {}) => told.tell({ update_type: 'start', status: 'started', metadata }),
    token(delta) {
      told.tell({ update_type: 'token', channel: 'text', delta, at: length })
      length += delta.length
    },
    complete: (result) => told.tell({ update_type: 'complete', status: 'completed', result }),
  }
  return told
}
