import { sliceText } from './code-point.js'
import { maskSecrets } from './secret.js'

/** What viewers learn of an error. */
export interface PublicError {
  readonly message: string
  readonly code?: string
}

/**
 * The default of the `publicError` option: the message of what was thrown, without its stack, with what looks like
 * a secret replaced; a string as it is; anything else by its kind.
 */
export function publicError(error: unknown, maxLength: number): PublicError {
  return { message: maskSecrets(sliceText(messageOf(error), maxLength)), code: 'run_failed' }
}

/** A readable message of anything that can be thrown. Never throws. */
export function messageOf(error: unknown): string {
  try {
    if (typeof error === 'string') return error === '' ? 'The chain threw an empty string.' : error
    if (typeof error === 'object' && error !== null) {
      const { message, name } = error as { message?: unknown; name?: unknown }
      if (typeof message === 'string' && message !== '') return message
      if (typeof name === 'string' && name !== '') return name
    }
    return `The chain threw ${error === null ? 'null' : typeof error === 'object' ? 'an object' : String(error)}.`
  } catch {
    // A getter or proxy of the thrown thing threw in turn.
    return 'The chain threw something that cannot be read.'
  }
}
