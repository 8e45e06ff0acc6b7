import { KeyObject } from 'node:crypto'
import { LlmmonError } from '@llmmon/core'

/** What signs or checks run tokens: a secret text or bytes of at least 32, or a key of Node or of the Web Crypto API. */
export type RunTokenKey = string | Uint8Array | KeyObject | CryptoKey

/** A key and the one algorithm that it is good for. */
export interface PinnedKey {
  readonly key: Uint8Array | KeyObject | CryptoKey
  readonly alg: string
}

const shortestSecret = 32
const curves: { readonly [name: string]: string } = {
  prime256v1: 'ES256',
  secp384r1: 'ES384',
  secp521r1: 'ES512',
  'P-256': 'ES256',
  'P-384': 'ES384',
  'P-521': 'ES512',
}

/**
 * The algorithm is the key's, never the token's: so no token can have itself checked by another, or by none.
 *
 * @throws LlmmonError `invalid_argument` for what is no key, or one too weak to be one.
 */
export function pinKey(key: RunTokenKey): PinnedKey {
  if (typeof key === 'string') {
    if (key.includes('-----BEGIN')) {
      throw invalid('a key object for a PEM text: createPrivateKey(pem) to sign, createPublicKey(pem) to verify')
    }
    return secret(new TextEncoder().encode(key))
  }
  if (key instanceof Uint8Array) return secret(key)
  if (key instanceof KeyObject) return { key, alg: key.type === 'secret' ? secretAlg(key) : algOf(key) }
  if (typeof CryptoKey === 'function' && key instanceof CryptoKey) return { key, alg: algOfCryptoKey(key) }
  throw invalid('a secret of at least 32 bytes, or a key of node:crypto or the Web Crypto API')
}

function secret(bytes: Uint8Array): PinnedKey {
  if (bytes.length < shortestSecret) throw tooShort(bytes.length)
  return { key: bytes, alg: 'HS256' }
}

function secretAlg(key: KeyObject): string {
  const size = key.symmetricKeySize ?? 0
  if (size < shortestSecret) throw tooShort(size)
  return 'HS256'
}

function algOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string {
  if (asymmetricKeyType === 'ed25519') return 'EdDSA'
  if (asymmetricKeyType === 'rsa' || asymmetricKeyType === 'rsa-pss') return 'PS256'
  const curve = asymmetricKeyType === 'ec' ? curves[asymmetricKeyDetails?.namedCurve ?? ''] : undefined
  if (curve) return curve
  throw invalid('a key of Ed25519, RSA or the curves P-256, P-384 and P-521')
}

function algOfCryptoKey({ algorithm }: CryptoKey): string {
  const { name, namedCurve, hash } = algorithm as { name: string; namedCurve?: string; hash?: { name: string } }
  const size = hash?.name.slice(4)
  if (name === 'Ed25519') return 'EdDSA'
  if (name === 'HMAC') return `HS${size}`
  if (name === 'RSASSA-PKCS1-v1_5') return `RS${size}`
  if (name === 'RSA-PSS') return `PS${size}`
  const curve = name === 'ECDSA' ? curves[namedCurve ?? ''] : undefined
  if (curve) return curve
  throw invalid('a key of HMAC, Ed25519, RSA or ECDSA')
}

function tooShort(length: number): LlmmonError {
  return invalid(`a secret of at least ${shortestSecret} bytes (got ${length}), such as randomBytes(32)`)
}

function invalid(expected: string): LlmmonError {
  return new LlmmonError('invalid_argument', `Expected ${expected}.`)
}
