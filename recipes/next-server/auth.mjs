// Who somebody is, as a JWT: in a cookie for pages, in the first frame of the WebSocket for everybody else.
import { randomBytes } from 'node:crypto'
import { jwtVerify, SignJWT } from 'jose'

globalThis.llmmonSecrets ??= [process.env.JWT_SECRET, process.env.RUN_TOKEN_SECRET].map(
  (secret) => secret ?? randomBytes(32).toString('hex'),
)
const [secret, runTokenSecret] = globalThis.llmmonSecrets
const key = new TextEncoder().encode(secret)

export { runTokenSecret }

export function signIn(user, endsAt) {
  const token = new SignJWT({ role: user.role }).setProtectedHeader({ alg: 'HS256' }).setSubject(user.id)
  return token.setExpirationTime(endsAt).sign(key)
}

/** Rejects for anything but a token of ours that is still good. */
export async function userOf(token) {
  const { payload } = await jwtVerify(token, key, { algorithms: ['HS256'], requiredClaims: ['exp', 'sub'] })
  return { user: { id: payload.sub, role: payload.role }, endsAt: new Date(payload.exp * 1_000) }
}

/** The token of a request: of its cookie, or of its Authorization header. */
export function tokenOf({ cookie, authorization }) {
  return /^Bearer (.+)$/.exec(authorization ?? '')?.[1] ?? /(?:^|; )session=([^;]+)/.exec(cookie ?? '')?.[1]
}

/** The user of a request to a route; undefined for nobody. */
export async function userOfRequest({ headers }) {
  const token = tokenOf({ cookie: headers.get('cookie'), authorization: headers.get('authorization') })
  return (await userOf(token ?? '').catch(() => undefined))?.user
}
