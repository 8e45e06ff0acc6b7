import { LlmmonError } from '@llmmon/core'

/**
 * Checks the option `allowedOrigins`: a list that never matches, or matches more than was meant, is a mistake to be told at the start.
 *
 * @throws LlmmonError `invalid_argument` unless it is `*`, undefined, or an array of origins as browsers send them.
 */
export function checkOrigins(allowed: unknown): void {
  if (allowed === undefined || allowed === '*') return
  if (!Array.isArray(allowed)) {
    const advice = typeof allowed === 'string' ? ` For one origin: allowedOrigins: [${JSON.stringify(allowed)}].` : ''
    throw new LlmmonError('invalid_argument', `Expected allowedOrigins to be an array of origins or '*'.${advice}`)
  }
  for (const origin of allowed) {
    const exact = exactly(origin)
    if (exact === origin) continue
    const advice = exact === undefined ? '' : ` Browsers send ${JSON.stringify(exact)}.`
    const shape = 'Expected allowedOrigins to hold origins such as "https://app.example.com", without a path'
    throw new LlmmonError('invalid_argument', `${shape}; got ${JSON.stringify(origin)}.${advice}`)
  }
}

function exactly(origin: unknown): string | undefined {
  if (typeof origin !== 'string' || !URL.canParse(origin)) return undefined
  const { protocol, host, origin: standard } = new URL(origin)
  // Of other schemes, such as those of browser extensions and of apps, standards know no origin; browsers send scheme and host.
  const exact = standard === 'null' ? `${protocol}//${host}` : standard
  return host === '' ? undefined : exact
}
