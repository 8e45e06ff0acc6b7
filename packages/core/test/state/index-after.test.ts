import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { indexAfter } from '../../src/state/index.js'

describe('indexAfter', () => {
  it('finds what a search from the front finds', () => {
    const rising = fc.uniqueArray(fc.nat(50)).map((list) => list.sort((a, b) => a - b))
    fc.assert(
      fc.property(rising, fc.nat(60), (list, seq) => {
        const found = list.findIndex((each) => each > seq)
        expect(indexAfter(list, seq, (each) => each)).toBe(found < 0 ? list.length : found)
      }),
    )
  })
})
