import { checkRunId, LlmmonError } from '@llmmon/core'
import { errors, jwtVerify, SignJWT } from 'jose'
import type { MonitorAction } from './options.js'
import { pinKey, type RunTokenKey } from './run-token-key.js'

/** What a run token is to allow. */
export interface RunGrant {
  readonly runId: string
  /** Default: `['watch']`. */
  readonly actions?: readonly MonitorAction[]
  /** How long it lets in, ms. Default 300 000, at most a day. */
  readonly ttlMs?: number
  /** Which server or service it is for; that one has to ask for it. Default: none. */
  readonly audience?: string
  /** Whom it was given to, for your own use. Default: none. */
  readonly subject?: string
}

/** What is wanted with a run token. The request of `authorize` is one. */
export interface RunClaim {
  readonly runId: string
  readonly action: MonitorAction
  /** When the token came; default: now. A subscription that began in time goes on, and is asked about again later. */
  readonly tokenCameAt?: Date
  /** The server or service that asks; needed where the token is for one. */
  readonly audience?: string
}

/** What a valid run token says. */
export interface RunClaims {
  readonly runId: string
  readonly actions: readonly MonitorAction[]
  readonly expiresAt: Date
  readonly audience: string | undefined
  readonly subject: string | undefined
}

/** Tokens of other kinds, signed with the same key, are none. */
const type = 'llmmon-run+jwt'
const longestMs = 86_400_000
const clockToleranceSeconds = 5

/**
 * A token for one run: who has it may do those actions with that run, without an account. Make it where you know who asks, hand it
 * to the page, let its `getToken` give it for that run.
 *
 * @param key a secret of at least 32 bytes (HS256), or a private key: Ed25519, P-256 and the like, RSA
 * @throws LlmmonError `invalid_run_id`, `invalid_argument`.
 * @example
 * const token = await signRunToken({ runId, actions: ['watch', 'cancel'] }, secret)
 */
export async function signRunToken(grant: RunGrant, key: RunTokenKey): Promise<string> {
  const { runId, actions = ['watch'], ttlMs = 300_000, audience, subject } = grant
  checkRunId(runId)
  if (!isActions(actions) || actions.length === 0) {
    throw new LlmmonError('invalid_argument', "Expected actions to be a list of 'watch' and 'cancel'.")
  }
  if (!(ttlMs > 0 && ttlMs <= longestMs)) {
    throw new LlmmonError('invalid_argument', `Expected ttlMs from 1 to ${longestMs}; got ${ttlMs}.`)
  }
  const { key: material, alg } = pinKey(key)
  const now = Date.now()
  const token = new SignJWT({ run_id: runId, actions: [...new Set(actions)] })
    .setProtectedHeader({ alg, typ: type })
    .setIssuedAt(Math.floor(now / 1_000))
    .setExpirationTime(Math.ceil((now + ttlMs) / 1_000))
  if (audience !== undefined) token.setAudience(audience)
  if (subject !== undefined) token.setSubject(subject)
  return token.sign(material)
}

/**
 * Checks a run token: its signature by the one algorithm of the key, its kind, its time (5 s of clock difference are forgiven), that it is for this run and allows this
 * action. Gives what it says; undefined for anything else, and without a token.
 *
 * It lets in who comes in its time; who watches then goes on, also when the principal's own token is refreshed. `monitor.revoke` ends it.
 *
 * @param key the secret, or the public key
 * @throws LlmmonError `invalid_argument` for what is no key.
 * @example
 * authorize: async (request) => (await verifyRunToken(request.token, request, secret)) !== undefined
 */
export async function verifyRunToken(
  token: string | null | undefined,
  claim: RunClaim,
  key: RunTokenKey,
): Promise<RunClaims | undefined> {
  const { key: material, alg } = pinKey(key)
  if (!token) return undefined
  try {
    const { payload } = await jwtVerify(token, material, {
      algorithms: [alg],
      typ: type,
      requiredClaims: ['exp', 'iat', 'run_id', 'actions'],
      currentDate: claim.tokenCameAt ?? new Date(),
      clockTolerance: clockToleranceSeconds,
      ...(claim.audience !== undefined && { audience: claim.audience }),
    })
    const { run_id: runId, actions, exp = 0, aud, sub } = payload
    if (runId !== claim.runId || !isActions(actions) || !actions.includes(claim.action)) return undefined
    // A token for somebody is no token for anybody.
    if (aud !== undefined && claim.audience === undefined) return undefined
    const audience = claim.audience
    return { runId: claim.runId, actions, expiresAt: new Date(exp * 1_000), audience, subject: sub }
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined
    throw error
  }
}

function isActions(value: unknown): value is MonitorAction[] {
  return Array.isArray(value) && value.every((action) => action === 'watch' || action === 'cancel')
}
