import { isTerminal, LlmmonError, type RunEvent, type UnsequencedEvent } from '@llmmon/core/protocol'
import { quietly } from './link.js'

/** How long an abandoned run's writer may still prove to be alive, ms. */
const abandonedGraceMs = 60_000

/** The promise of a run's result. Never an unhandled rejection. */
export class RunOutcome<Result> {
  readonly promise: Promise<Result>
  #resolve!: (result: Result) => void
  #reject!: (error: LlmmonError) => void
  #grace: ReturnType<typeof setTimeout> | undefined
  #abandoned: LlmmonError | undefined

  constructor() {
    this.promise = new Promise<Result>((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    // Whoever does not ask for the result must not be punished for it.
    this.promise.catch(() => undefined)
  }

  /** Takes an event of the run. */
  take(event: RunEvent): void {
    if (!isTerminal(event)) return
    if (event.update_type === 'complete') this.#resolve(event.result as Result)
    else if (event.update_type === 'cancelled') {
      this.#reject(new LlmmonError('cancelled', event.reason ?? 'The run was cancelled.'))
    } else if (event.code === 'abandoned') {
      // Its writer may only have been cut off: then it comes back, with a reset.
      this.#abandoned = new LlmmonError('abandoned', event.error)
      this.#grace = quietly(setTimeout(() => this.end(), abandonedGraceMs))
    } else this.#reject(errorOf(event))
  }

  /** Everything so far is void. */
  reset(): void {
    clearTimeout(this.#grace)
    this.#abandoned = undefined
  }

  /** Nothing will follow. */
  end(): void {
    clearTimeout(this.#grace)
    if (this.#abandoned) this.#reject(this.#abandoned)
  }

  /** The run is refused or lost. */
  fail(event: UnsequencedEvent): void {
    clearTimeout(this.#grace)
    this.#reject(new LlmmonError(event.code === 'lost' ? 'lost' : 'refused', event.error))
  }

  /** The monitor was closed. */
  close(): void {
    clearTimeout(this.#grace)
    this.#reject(new LlmmonError('closed', 'The monitor was closed before the run ended.'))
  }
}

function errorOf(event: { readonly error: string; readonly code?: string }): LlmmonError {
  const code =
    event.code === 'lost' || event.code === 'timeout' || event.code === 'cancelled' ? event.code : 'run_failed'
  return new LlmmonError(code, event.error)
}
