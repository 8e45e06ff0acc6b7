import { describe, expect, it } from 'vitest'
import { isSecretKey, maskSecrets } from '../../src/writer/secret.js'

describe('isSecretKey', () => {
  it.each([
    'password',
    'API_KEY',
    'x-api-key',
    'Authorization',
    'set-cookie',
    'accessToken',
    'client_secret',
    'privateKey',
  ])('knows %s', (key) => expect(isSecretKey(key)).toBe(true))

  it.each(['token', 'tokens', 'key', 'keywords', 'cookies_eaten', 'author', 'passage', 'secretary'])(
    'leaves %s alone',
    (key) => expect(isSecretKey(key)).toBe(false),
  )
})

describe('maskSecrets', () => {
  it.each([
    ['Incorrect API key provided: sk-proj-abcdefghijklmnop1234', 'sk-proj'],
    ['Authorization: Bearer abc.def-ghi_jkl', 'abc.def'],
    ['connect postgres://user:hunter2@db/x failed', 'hunter2'],
    ['password=correct-horse rejected', 'correct-horse'],
    ['jwt eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.abcdef', 'eyJhbGci'],
  ])('masks what looks like a secret in "%s"', (text, secret) => {
    expect(maskSecrets(text)).not.toContain(secret)
    expect(maskSecrets(text)).toContain('[redacted]')
  })

  it('leaves ordinary sentences alone', () => {
    const text = 'The token limit of 4096 was passed at step 3: see https://example.org/a?b=c'

    expect(maskSecrets(text)).toBe(text)
  })
})
