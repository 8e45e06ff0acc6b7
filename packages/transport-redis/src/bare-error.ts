/** What is said of an error to loggers and callers. */
export interface BareError extends Error {
  code?: string
}

/**
 * An error of ioredis without what it carries: `command.args` of a refused AUTH is the password, that of a refused script is what the run said;
 * and `lastNodeError` and `previousErrors` carry the same. What is left is name, code and message.
 */
export function bareError(error: unknown): BareError {
  const { name, message = String(error), code } = (error ?? {}) as Partial<BareError>
  const bare: BareError = new Error(bareMessage(String(message)))
  // The stack was made here and says nothing of what happened there.
  delete bare.stack
  if (typeof name === 'string') Object.defineProperty(bare, 'name', { value: name, configurable: true })
  if (typeof code === 'string') bare.code = code
  return bare
}

/** A message of Redis without the arguments that it repeats of a command it does not know. */
export function bareMessage(message: string): string {
  return message.replace(/,? with args beginning with:.*$/is, '')
}
