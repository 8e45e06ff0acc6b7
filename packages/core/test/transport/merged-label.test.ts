import { describe, expect, it } from 'vitest'
import { mergedLabel } from '../../src/index.js'

describe('mergedLabel', () => {
  it('keeps what was reserved and is not said again', () => {
    const reserved = { chain: 'planned', metadata: { userId: 7, step: 1 }, tags: ['a', 'b'] }

    expect(mergedLabel(reserved, { chain: null, metadata: {}, tags: [] })).toEqual(reserved)
    expect(mergedLabel(reserved, { chain: 'real', metadata: { step: 2 }, tags: ['b', 'c'] })).toEqual({
      chain: 'real',
      metadata: { userId: 7, step: 2 },
      tags: ['a', 'b', 'c'],
    })
  })
})
