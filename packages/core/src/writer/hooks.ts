import { LlmmonError } from '../protocol/index.js'

/** A logger in the shape of pino's. Payloads and tokens are never given to it. */
export interface Logger {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** Told of everything that went wrong with watching a run, never of the chain's own errors. */
export type ErrorHook = (error: LlmmonError) => void

/**
 * Reports trouble of one run: to `onError` if there is one, else to the logger, else to the console; each code once, so that
 * a run in trouble does not flood anything. Never throws.
 */
export function createReporter(runId: string, onError: ErrorHook | undefined, logger: Logger | undefined): ErrorHook {
  const told = new Set<string>()
  return (error) => {
    if (told.has(error.code)) return
    told.add(error.code)
    try {
      if (onError) onError(error)
      else if (logger) logger.warn({ err: error, runId }, error.message)
      else console.warn(`llmmon: ${error.message}`)
    } catch (cause) {
      if (!told.has('hook_failed')) console.error('llmmon: the onError hook or logger threw:', cause)
      told.add('hook_failed')
    }
  }
}

/** An error of the catalogue about one run. */
export function runError(
  code: ConstructorParameters<typeof LlmmonError>[0],
  runId: string,
  message: string,
  cause?: unknown,
): LlmmonError {
  return new LlmmonError(code, message, { runId, ...(cause !== undefined && { cause }) })
}
