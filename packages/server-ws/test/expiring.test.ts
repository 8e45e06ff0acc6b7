import { describe, expect, it } from 'vitest'
import { expiring, isExpiring } from '../src/expiring.js'

describe('expiring', () => {
  it('keeps the principal and its time, and is told from a principal of the same shape', () => {
    const at = new Date(5)
    const given = expiring({ id: 'u' }, at)

    expect(given).toEqual({ principal: { id: 'u' }, at })
    expect([isExpiring(given), isExpiring({ principal: 'p', at }), isExpiring(null), isExpiring('p')]).toEqual([
      true,
      false,
      false,
      false,
    ])
  })

  it.each([
    ['seconds', 1_763_980_000],
    ['no time', undefined],
    ['a time that is none', new Date(Number.NaN)],
    ['a JWT without exp', new Date((undefined as unknown as number) * 1_000)],
  ])('throws for %s, and says what to pass', (_, at) => {
    expect(() => expiring('p', at as Date)).toThrow('new Date(payload.exp * 1000)')
  })
})
