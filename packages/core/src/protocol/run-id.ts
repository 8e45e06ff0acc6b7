import { LlmmonError } from './error.js'

/** What a run id may be: letters, digits, `_` and `-`, not starting with the latter two, at most 128 characters. */
export const runIdPattern = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/

/** True when `value` can be a run id. */
export function isRunId(value: unknown): value is string {
  return typeof value === 'string' && runIdPattern.test(value)
}

/**
 * Returns `value` if it is a run id.
 *
 * @throws LlmmonError `invalid_run_id` otherwise.
 */
export function checkRunId(value: unknown): string {
  if (isRunId(value)) return value
  const got = typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : typeof value
  throw new LlmmonError(
    'invalid_run_id',
    `Expected a run id, such as a UUID, that matches ${runIdPattern.source}; got ${got}.`,
  )
}

/** Makes a new run id (a random UUID). */
export function createRunId(): string {
  return crypto.randomUUID()
}
