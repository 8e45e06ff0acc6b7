import { createSecretKey, generateKeyPairSync, webcrypto } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { pinKey } from '../src/run-token-key.js'

describe('pinKey', () => {
  it('takes a secret of at least 32 bytes for HMAC, whatever form it has', () => {
    expect(pinKey('x'.repeat(32)).alg).toBe('HS256')
    expect(pinKey('ä'.repeat(16)).alg).toBe('HS256')
    expect(pinKey(new Uint8Array(32)).alg).toBe('HS256')
    expect(pinKey(createSecretKey(Buffer.alloc(32))).alg).toBe('HS256')
    for (const short of ['x'.repeat(31), new Uint8Array(31), createSecretKey(Buffer.alloc(31))]) {
      expect(() => pinKey(short)).toThrow('at least 32 bytes (got 31)')
    }
  })

  it('names the algorithm of a key of the Web Crypto API', async () => {
    const { subtle } = webcrypto
    const hmac = await subtle.generateKey({ name: 'HMAC', hash: 'SHA-512' }, false, ['sign', 'verify'])
    const rsa = { modulusLength: 1024, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' }
    const pkcs = await subtle.generateKey({ name: 'RSASSA-PKCS1-v1_5', ...rsa }, false, ['sign', 'verify'])
    const pss = await subtle.generateKey({ name: 'RSA-PSS', ...rsa }, false, ['sign', 'verify'])
    const ec = await subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-384' }, false, ['sign', 'verify'])
    const keys = [hmac, pkcs.privateKey, pss.publicKey, ec.publicKey]

    expect(keys.map((key) => pinKey(key).alg)).toEqual(['HS512', 'RS256', 'PS256', 'ES384'])
  })

  it('refuses keys that sign nothing, and what is no key', async () => {
    const exchange = generateKeyPairSync('x25519').privateKey
    const odd = generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey
    const aes = await webcrypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt'])
    for (const key of [exchange, odd, aes, 7 as never, null as never]) expect(() => pinKey(key)).toThrow('Expected a')
    expect(() => pinKey('-----BEGIN PUBLIC KEY-----\n…')).toThrow('createPublicKey')
  })
})
