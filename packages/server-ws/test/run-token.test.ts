import { createHmac, createPublicKey, createSecretKey, generateKeyPairSync, randomBytes, webcrypto } from 'node:crypto'
import fc from 'fast-check'
import { decodeProtectedHeader, SignJWT, UnsecuredJWT } from 'jose'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { signRunToken, verifyRunToken } from '../src/run-token.js'

const secret = 'a secret of at least 32 characters'
const wanted = { runId: 'r', action: 'watch' } as const

function base64url(value: object | string): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
}

afterEach(() => void vi.useRealTimers())

// Making keys of RSA takes its time.
describe('a run token', { timeout: 30_000 }, () => {
  it('says which run, which actions, and until when', async () => {
    vi.useFakeTimers({ now: 1_000_000, toFake: ['Date'] })
    const token = await signRunToken({ runId: 'r', actions: ['watch', 'cancel'], subject: 'u' }, secret)

    expect(await verifyRunToken(token, { runId: 'r', action: 'cancel' }, secret)).toEqual({
      runId: 'r',
      actions: ['watch', 'cancel'],
      expiresAt: new Date(1_300_000),
      audience: undefined,
      subject: 'u',
    })
  })

  it('allows to watch unless more is said', async () => {
    const token = await signRunToken({ runId: 'r' }, secret)

    expect(await verifyRunToken(token, wanted, secret)).toMatchObject({ actions: ['watch'] })
    expect(await verifyRunToken(token, { runId: 'r', action: 'cancel' }, secret)).toBeUndefined()
    expect(await verifyRunToken(token, { runId: 'other', action: 'watch' }, secret)).toBeUndefined()
  })

  it('lets in for its time and 5 s of clock difference, and whoever came in it', async () => {
    vi.useFakeTimers({ now: 1_000_000, toFake: ['Date'] })
    const token = await signRunToken({ runId: 'r', ttlMs: 60_000 }, secret)
    vi.setSystemTime(1_064_000)
    expect(await verifyRunToken(token, wanted, secret)).toBeDefined()
    vi.setSystemTime(1_066_000)
    expect(await verifyRunToken(token, wanted, secret)).toBeUndefined()

    expect(await verifyRunToken(token, { ...wanted, tokenCameAt: new Date(1_030_000) }, secret)).toBeDefined()
  })

  it('for one service is not good for another, nor for one that does not say which it is', async () => {
    const token = await signRunToken({ runId: 'r', audience: 'a' }, secret)

    expect(await verifyRunToken(token, { ...wanted, audience: 'a' }, secret)).toMatchObject({ audience: 'a' })
    expect(await verifyRunToken(token, { ...wanted, audience: 'b' }, secret)).toBeUndefined()
    expect(await verifyRunToken(token, wanted, secret)).toBeUndefined()
    const forAll = await signRunToken({ runId: 'r' }, secret)
    expect(await verifyRunToken(forAll, { ...wanted, audience: 'a' }, secret)).toBeUndefined()
  })

  it.each([
    ['no token', undefined],
    ['null', null],
    ['nothing', ''],
    ['junk', 'junk'],
    ['two dots', '..'],
    ['a token without a signature', new UnsecuredJWT({ run_id: 'r', actions: ['watch'], exp: 9e9, iat: 1 }).encode()],
  ])('is not %s', async (_, token) => {
    expect(await verifyRunToken(token, wanted, secret)).toBeUndefined()
  })

  it('of another key, another kind, or without its claims is none', async () => {
    const bytes = new TextEncoder().encode(secret)
    const make = (claims: object, header: object = {}) =>
      new SignJWT({ run_id: 'r', actions: ['watch'], exp: 9e9, iat: 1, ...claims })
        .setProtectedHeader({ alg: 'HS256', typ: 'llmmon-run+jwt', ...header })
        .sign(bytes)
    expect(await verifyRunToken(await make({}), wanted, secret)).toBeDefined()
    const wrong = [
      await signRunToken({ runId: 'r' }, `${secret}!`),
      await make({}, { typ: 'JWT' }),
      await make({}, { alg: 'HS512' }),
      await make({ exp: undefined }),
      await make({ iat: undefined }),
      await make({ run_id: undefined }),
      await make({ run_id: 'R' }),
      await make({ actions: 'watch' }),
      await make({ actions: ['watch', 'delete'] }),
      await make({ nbf: 9e9 }),
    ]
    for (const token of wrong) expect(await verifyRunToken(token, wanted, secret)).toBeUndefined()
  })

  it('signed with a public key as if it were a secret is none', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
    const head = base64url({ alg: 'HS256', typ: 'llmmon-run+jwt' })
    const body = base64url({ run_id: 'r', actions: ['watch'], iat: 1, exp: 9e9 })
    const forged = `${head}.${body}.${createHmac('sha256', pem).update(`${head}.${body}`).digest('base64url')}`

    expect(await verifyRunToken(forged, wanted, publicKey)).toBeUndefined()
    expect(await verifyRunToken(await signRunToken({ runId: 'r' }, privateKey), wanted, publicKey)).toBeDefined()
    await expect(verifyRunToken(forged, wanted, pem)).rejects.toThrow('createPublicKey')
  })

  it.each([
    ['ed25519', 'EdDSA', () => generateKeyPairSync('ed25519')],
    ['P-256', 'ES256', () => generateKeyPairSync('ec', { namedCurve: 'P-256' })],
    ['P-384', 'ES384', () => generateKeyPairSync('ec', { namedCurve: 'P-384' })],
    ['P-521', 'ES512', () => generateKeyPairSync('ec', { namedCurve: 'P-521' })],
    ['RSA', 'PS256', () => generateKeyPairSync('rsa', { modulusLength: 2048 })],
  ])('is signed and checked with %s', async (_, alg, make) => {
    const { privateKey, publicKey } = make()
    const token = await signRunToken({ runId: 'r' }, privateKey)
    const other = make()

    expect(decodeProtectedHeader(token).alg).toBe(alg)
    expect(await verifyRunToken(token, wanted, publicKey)).toBeDefined()
    expect(await verifyRunToken(token, wanted, createPublicKey(privateKey))).toBeDefined()
    expect(await verifyRunToken(token, wanted, other.publicKey)).toBeUndefined()
  })

  it('is signed and checked with keys of the Web Crypto API and of node:crypto', async () => {
    const pair = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])
    const byPair = await signRunToken({ runId: 'r' }, pair.privateKey)
    const bytes = randomBytes(32)
    const bySecret = await signRunToken({ runId: 'r' }, createSecretKey(bytes))

    expect(await verifyRunToken(byPair, wanted, pair.publicKey)).toBeDefined()
    expect(await verifyRunToken(bySecret, wanted, bytes)).toBeDefined()
    expect(await verifyRunToken(bySecret, wanted, pair.publicKey)).toBeUndefined()
  })

  it('is not made for what is no run, no action, no time or no key', async () => {
    const grants = [{ runId: 'a}b' }, { runId: 'r', actions: [] }, { runId: 'r', actions: ['delete' as 'watch'] }]
    for (const grant of grants) await expect(signRunToken(grant, secret)).rejects.toThrow(/Expected|run id/i)
    for (const ttlMs of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 86_400_001]) {
      await expect(signRunToken({ runId: 'r', ttlMs }, secret)).rejects.toThrow('ttlMs')
    }
    for (const key of ['short', new Uint8Array(31), undefined as never, {} as never]) {
      await expect(signRunToken({ runId: 'r' }, key)).rejects.toThrow(/secret of at least 32/)
    }
  })

  it('with any change is none', async () => {
    const token = await signRunToken({ runId: 'r' }, secret)
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: token.length - 1 }), fc.constantFrom(...'Aa0_-.'), async (at, character) => {
        const changed = token.slice(0, at) + character + token.slice(at + 1)
        const claims = await verifyRunToken(changed, wanted, secret)
        // The last character of a part has bits that mean nothing.
        if (claims) expect(Buffer.from(changed, 'base64url')).toEqual(Buffer.from(token, 'base64url'))
      }),
    )
  })
})
