import { LlmmonError } from '@llmmon/core'
import { bareError } from './bare-error.js'
import { type Connection, whenReady } from './connect.js'
import type { Script } from './script.js'

/** Answers of Redis after which asking again makes no sense. */
const final = /\b(WRONGTYPE|NOPERM|NOAUTH|WRONGPASS)\b|The user executing the script can't|ACL failure in script/

/**
 * Runs a script on keys that belong together.
 *
 * @throws (rejects with) LlmmonError `transport_failed`: the outcome is unknown; `retryable` says whether asking again makes sense.
 */
export async function runScript(
  connection: Connection,
  { source, sha }: Script,
  keys: readonly string[],
  args: readonly (string | number)[],
): Promise<unknown> {
  try {
    // Where there is nothing to wait for, it is on its way when this returns.
    if (connection.status !== 'ready') await whenReady(connection)
    try {
      return await connection.evalsha(sha, keys.length, ...keys, ...args)
    } catch (error) {
      // A restart or SCRIPT FLUSH forgets scripts.
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error
      return await connection.eval(source, keys.length, ...keys, ...args)
    }
  } catch (error) {
    throw transportFailed(error)
  }
}

/** What went wrong with a request, for whoever made it. */
export function transportFailed(error: unknown): LlmmonError {
  if (LlmmonError.isInstance(error)) return error
  const cause = bareError(error)
  const retryable = !final.test(cause.message)
  return new LlmmonError('transport_failed', `Redis did not take a request: ${cause.message}`, { cause, retryable })
}
