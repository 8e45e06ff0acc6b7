import { type ErrorCode, LlmmonError, type RunEvent } from '@llmmon/core/protocol'
import { quietly } from './link.js'

/** How long an abandoned run's writer may still prove to be alive, ms. */
const abandonedGraceMs = 60_000

/** The codes of an `error` event that say what became of the run; all others are the chain's own. */
const runCodes: readonly (string | undefined)[] = ['cancelled', 'lost', 'timeout']

/** See `createRunOutcome`. */
export type RunOutcome = Omit<ReturnType<typeof createRunOutcome>, 'promise'>

/** Makes the promise of a run's result. Never an unhandled rejection. */
export function createRunOutcome<Result>() {
  let resolve!: (result: Result) => void
  let reject!: (error: LlmmonError) => void
  /** Why the run has failed, while its writer may still come back. */
  let abandoned: string | undefined
  let endOfGrace: ReturnType<typeof setTimeout> | undefined
  const promise = new Promise<Result>((...settle) => {
    ;[resolve, reject] = settle
  })
  // Whoever does not ask for the result must not be punished for it.
  promise.catch(() => {})

  /** Everything so far is void. */
  const reset = () => {
    clearTimeout(endOfGrace)
    abandoned = undefined
  }
  /** There is no result, and why. */
  const fail = (code: ErrorCode, message: string) => {
    reset()
    reject(new LlmmonError(code, message))
  }
  /** Nothing will follow. */
  const end = () => {
    if (abandoned !== undefined) fail('abandoned', abandoned)
  }
  /** Takes an event of the run. */
  const take = (event: RunEvent) => {
    if (event.update_type === 'complete') resolve(event.result as Result)
    if (event.update_type === 'cancelled') fail('cancelled', event.reason ?? 'The run was cancelled.')
    if (event.update_type !== 'error') return
    const { code, error } = event
    if (code !== 'abandoned') return fail(runCodes.includes(code) ? (code as ErrorCode) : 'run_failed', error)
    // Its writer may only have been cut off: then it comes back, with a reset.
    abandoned = error
    endOfGrace = quietly(setTimeout(end, abandonedGraceMs))
  }
  return { promise, take, reset, fail, end }
}
