import { describe, expect, it } from 'vitest'
import { messageOf, publicError } from '../../src/writer/public-error.js'

describe('messageOf', () => {
  it.each([
    [new Error('no luck'), 'no luck'],
    [new TypeError(''), 'TypeError'],
    ['a string', 'a string'],
    ['', 'The chain threw an empty string.'],
    [null, 'The chain threw null.'],
    [undefined, 'The chain threw undefined.'],
    [7, 'The chain threw 7.'],
    [{ odd: true }, 'The chain threw an object.'],
    [Symbol('s'), 'The chain threw Symbol(s).'],
  ])('of %j', (thrown, message) => {
    expect(messageOf(thrown)).toBe(message)
  })

  it('survives what cannot be read', () => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()

    expect(messageOf(proxy)).toMatch(/cannot be read/)
  })
})

describe('publicError', () => {
  it('tells the message without stack or secrets, cut to its length', () => {
    const error = new Error(`key sk-abcdefghijklmnopqrstuvwx ${'x'.repeat(500)}`)
    const { message, code } = publicError(error, 100)

    expect(code).toBe('run_failed')
    expect(message).toContain('[redacted]')
    expect(message.length).toBeLessThanOrEqual(100)
    expect(message).not.toContain('public-error.test')
  })
})
