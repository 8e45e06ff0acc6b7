import type { Logger } from '@llmmon/core'

const levels = ['debug', 'info', 'warn', 'error'] as const

/** A logger that never throws, whatever the one that was given does or lacks; without one, silence. */
export function guarded(logger: Logger | undefined): Logger {
  const log = (level: (typeof levels)[number]) => (fields: object, message: string) => {
    try {
      logger?.[level](fields, message)
    } catch {
      // Whom could it be told? The logger is broken.
    }
  }
  return Object.fromEntries(levels.map((level) => [level, log(level)])) as unknown as Logger
}
