import { type Connection, whenReady } from './connect.js'
import type { Entry } from './run-record.js'
import { transportFailed } from './run-script.js'

/**
 * Reads at most so many entries of a stream, from an id on as `XRANGE` takes it; none where the key holds something else.
 *
 * @throws (rejects with) LlmmonError `transport_failed`.
 */
export async function readEntries(
  connection: Connection,
  key: string,
  from: string,
  count: number,
): Promise<readonly Entry[]> {
  try {
    // Where there is nothing to wait for, it is on its way when this returns.
    if (connection.status !== 'ready') await whenReady(connection)
    return await connection.xrange(key, from, '+', 'COUNT', count)
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('WRONGTYPE')) return []
    throw transportFailed(error)
  }
}
