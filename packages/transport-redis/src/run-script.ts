import { LlmmonError } from '@llmmon/core'
import type { Redis } from 'ioredis'
import { whenReady } from './connect.js'
import type { RunKeys } from './keys.js'
import type { Script } from './script.js'

/** Answers of Redis after which asking again makes no sense. */
const final = ['WRONGTYPE', 'NOPERM', 'NOAUTH', 'WRONGPASS']

/**
 * Runs a script on the keys of one run.
 *
 * @throws (rejects with) LlmmonError `transport_failed`: the outcome is unknown; `retryable` says whether asking again makes sense.
 */
export async function runScript(
  redis: Redis,
  { source, sha }: Script,
  { meta, segments, tail }: RunKeys,
  args: readonly (string | number)[],
): Promise<unknown> {
  const keys = [meta, segments, tail]
  try {
    await whenReady(redis)
    try {
      return await redis.evalsha(sha, keys.length, ...keys, ...args)
    } catch (error) {
      // A restart or SCRIPT FLUSH forgets scripts.
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error
      return await redis.eval(source, keys.length, ...keys, ...args)
    }
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    const retryable = !final.some((code) => message.startsWith(code))
    throw new LlmmonError('transport_failed', `Redis did not take a request: ${message}`, { cause, retryable })
  }
}
