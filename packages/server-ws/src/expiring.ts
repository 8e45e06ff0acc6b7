import { LlmmonError } from '@llmmon/core'

const brand = Symbol.for('llmmon.expiring')

/** A principal that is one only until a time. Made by `expiring`. */
export interface Expiring<Principal> {
  readonly principal: Principal
  readonly at: Date
}

/**
 * What `authenticate` gives when the credentials end at a time that the principal itself does not tell (the claims of a JWT do, with `exp`): the connection is then closed with 4501 within a second, unless
 * the client has brought a fresh token by then, which ours does some 30 s before.
 *
 * @param at a `Date`, so that seconds cannot be taken for milliseconds
 * @throws LlmmonError `invalid_argument` for what is no valid Date: the connection is refused.
 * @example
 * authenticate: async (_, { token }) => {
 *   const { payload } = await jwtVerify(token, key)
 *   return expiring({ id: payload.sub }, new Date(payload.exp * 1000))
 * }
 */
export function expiring<Principal>(principal: Principal, at: Date): Expiring<Principal> {
  if (!(at instanceof Date) || Number.isNaN(at.getTime())) {
    const advice = 'For a JWT: expiring(principal, new Date(payload.exp * 1000)).'
    throw new LlmmonError('invalid_argument', `Expected expiring(principal, at) with a valid Date. ${advice}`)
  }
  const given: Expiring<Principal> = { principal, at }
  Object.defineProperty(given, brand, { value: true })
  return given
}

/** True for what `expiring` of any copy of this package made. */
export function isExpiring(value: unknown): value is Expiring<unknown> {
  return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[brand] === true
}
