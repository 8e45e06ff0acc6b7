import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { backoffMs } from '../src/backoff.js'

describe('backoffMs', () => {
  it('is spread over the whole of a bound that doubles up to 20 s', () => {
    expect([0, 1, 2, 3, 6, 50].map((attempt) => backoffMs(attempt, 1))).toEqual([
      500, 1_000, 2_000, 4_000, 20_000, 20_000,
    ])
    expect(backoffMs(3, 0)).toBe(0)
  })

  it('stays within its bounds', () => {
    fc.assert(
      fc.property(fc.nat(), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, random) => {
        expect(backoffMs(attempt, random)).toBeGreaterThanOrEqual(0)
        expect(backoffMs(attempt, random)).toBeLessThanOrEqual(20_000)
      }),
    )
  })
})
