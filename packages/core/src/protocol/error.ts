/**
 * Every error code of llmmon, with the sentence that documents it. PROTOCOL.md shows the same table.
 */
export const errorCodes = {
  run_failed: 'The chain threw; `message` is what it chose to tell.',
  cancelled: 'The run was cancelled.',
  abandoned: 'The writer of the run died or went away without ending it.',
  lost: 'The run vanished from the store and no writer came back to restore it.',
  refused: 'The server will not let this viewer in; retrying will not help.',
  closed: 'The monitor, client, server or transport was closed on this side.',
  no_writer: 'Nobody runs this run any more, so nobody can take the command.',
  not_found: 'There is no such run, or this principal may not see it.',
  run_exists: 'The run id is taken by another run.',
  run_ended: 'Something was written to a run after its end; it was dropped.',
  fenced: 'Another writer has taken the run over; this one stops writing.',
  invalid_run_id: 'The run id does not match ^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$.',
  invalid_argument: 'A call was made with a value of the wrong kind.',
  invalid_frame: 'A frame or batch is not what the protocol describes.',
  invalid_result: 'A result or metadata does not match the schema given for it.',
  unsupported: 'The other side does not speak this version or frame.',
  unauthenticated: 'The credentials are missing, wrong or expired.',
  duplicate: 'This run is subscribed already on this connection.',
  limit: 'A documented limit was reached.',
  rate_limited: 'Too many requests; wait before the next.',
  timeout: 'An answer did not come in time.',
  transport_failed: 'The store refused or failed for good; the run goes on unmonitored.',
  redact_failed: 'The redact hook threw; the payload was withheld.',
  hook_failed: 'A hook or handler of the application threw.',
  dropped: 'Events had to be dropped or cut because a buffer was full.',
  no_websocket: 'This runtime has no WebSocket; pass one in.',
  internal: 'A fault of llmmon itself.',
} as const

/** One of the codes in `errorCodes`. */
export type ErrorCode = keyof typeof errorCodes

/** What an `LlmmonError` is made of. */
export interface LlmmonErrorOptions {
  /** The error that caused this one; kept by identity. */
  cause?: unknown
  /** True when the same call may succeed later. Default false. */
  retryable?: boolean
  /** The run it is about, where there is one. */
  runId?: string
}

const brand = Symbol.for('llmmon.error')

/**
 * The one error class of llmmon. Recognise it with `LlmmonError.isInstance(error)`, which also works across two
 * copies of the package, then switch on `code`.
 *
 * @example
 * try { await monitor.result } catch (error) {
 *   if (LlmmonError.isInstance(error) && error.code === 'abandoned') offerRetry()
 * }
 */
export class LlmmonError extends Error {
  override readonly name = 'LlmmonError'
  /** What happened, for programs. */
  readonly code: ErrorCode
  /** True when the same call may succeed later. */
  readonly retryable: boolean
  /** The run it is about, if any. */
  readonly runId: string | undefined

  constructor(code: ErrorCode, message: string, { retryable = false, runId, ...cause }: LlmmonErrorOptions = {}) {
    super(message, cause)
    this.code = code
    this.retryable = retryable
    this.runId = runId
    Object.defineProperty(this, brand, { value: true })
  }

  /** True for every `LlmmonError`, whichever copy of the package made it. */
  static isInstance(error: unknown): error is LlmmonError {
    return (error as Record<symbol, unknown> | null | undefined)?.[brand] === true
  }
}
