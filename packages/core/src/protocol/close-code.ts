/** What a client does after a close. */
export type CloseReaction = 'stop' | 'reconnect'

/**
 * The close codes of `llmmon.v1`. Codes without a name are judged by range, see `closeReaction`.
 */
export const closeCodes = {
  /** Everything was said. */
  done: 1000,
  /** The server goes away; come back. */
  goingAway: 1001,
  /** A frame was larger than the limit. */
  tooBig: 1009,
  /** A frame is not what the protocol describes. */
  badFrame: 4400,
  /** The credentials are wrong. */
  unauthenticated: 4401,
  /** This principal may not connect. */
  forbidden: 4403,
  /** The server does not speak this version. */
  unsupportedVersion: 4406,
  /** An operator has ended the connection. */
  revoked: 4409,
  /** A hard limit of connections was reached. */
  tooMany: 4429,
  /** A fault of the server. */
  internal: 4500,
  /** The token has expired; come back with a fresh one. */
  tokenExpired: 4501,
  /** The viewer could not keep up. */
  tooSlow: 4502,
  /** The viewer sent too much; come back later. */
  rateLimited: 4503,
  /** No `hello` came in time. */
  helloTimeout: 4504,
  /** The viewer's position is of no use; come back without it. */
  stateInvalid: 4505,
} as const

/** The name of a close code. */
export type CloseCodeName = keyof typeof closeCodes

/**
 * Whether a client comes back after a close. Known by range, so that codes of later versions are handled:
 * 44xx stop, 45xx reconnect, 1000 stop, 1001, 1005, 1006, 1011 to 1014 reconnect, other 1xxx stop, the rest reconnect.
 */
export function closeReaction(code: number): CloseReaction {
  if (code >= 4400 && code <= 4499) return 'stop'
  if (code >= 1000 && code <= 1999) {
    return code === 1001 || code === 1005 || code === 1006 || (code >= 1011 && code <= 1014) ? 'reconnect' : 'stop'
  }
  return 'reconnect'
}
