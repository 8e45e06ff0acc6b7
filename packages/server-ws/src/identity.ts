import { isExpiring } from './expiring.js'
import type { ResolvedServerOptions } from './options.js'

/** Who somebody is, as far as `authenticate` and the options say. */
export interface Identity {
  readonly principal: unknown
  /** By what its connections are counted; undefined: they are not. */
  readonly key: string | undefined
  /** When it ends, ms since 1970; undefined: never. */
  readonly expiresAt: number | undefined
  /** The class of viewers it belongs to. */
  readonly audience: string
}

/**
 * The identity that an answer of `authenticate` means; undefined for nobody, and for one that has ended already.
 *
 * @throws what the hooks `principalKey` and `audience` throw: then it is nobody.
 */
export function identityOf(answer: unknown, options: ResolvedServerOptions): Identity | undefined {
  const principal = isExpiring(answer) ? answer.principal : answer
  if (principal === undefined || principal === null) return undefined
  const expiresAt = isExpiring(answer) ? answer.at.getTime() : endOfClaims(principal)
  if (expiresAt !== undefined && expiresAt <= Date.now()) return undefined
  return describe(principal, expiresAt, options)
}

/** The claims of a JWT say themselves when they end: `exp`, seconds since 1970. */
function endOfClaims(principal: unknown): number | undefined {
  const exp = typeof principal === 'object' && principal !== null ? (principal as { exp?: unknown }).exp : undefined
  return typeof exp === 'number' && Number.isFinite(exp) ? exp * 1_000 : undefined
}

/** The identity of everybody where nobody is asked. */
export function anonymous(options: ResolvedServerOptions): Identity {
  // One for all of them, where no hook is to be asked.
  if (!options.view && !options.principalKey) return nobody
  return describe(undefined, undefined, options)
}

const nobody: Identity = { principal: undefined, key: undefined, expiresAt: undefined, audience: '' }

function describe(principal: unknown, expiresAt: number | undefined, options: ResolvedServerOptions): Identity {
  const audience = options.view && options.audience ? options.audience(principal) : ''
  // Whatever else it is, it names no class of viewers: better nobody than somebody who sees what others may.
  if (typeof audience !== 'string') throw new TypeError('Expected audience(principal) to give a string.')
  const key = (options.principalKey ?? usualKey)(principal)
  return { principal, key: key === undefined ? undefined : String(key), expiresAt, audience }
}

/** The id of a principal in the shapes that are usual. */
function usualKey(principal: unknown): string | undefined {
  if (isKey(principal)) return String(principal)
  if (typeof principal !== 'object' || principal === null) return undefined
  const { id, sub, userId } = principal as { readonly [field: string]: unknown }
  const key = [id, sub, userId].find(isKey)
  return key === undefined ? undefined : String(key)
}

function isKey(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number'
}
