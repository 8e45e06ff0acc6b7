import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jsonDepth } from '../../src/protocol/depth.js'

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  return 1 + Math.max(0, ...Object.values(value).map(depthOf))
}

describe('jsonDepth', () => {
  it('counts what the parsed value nests, brackets in strings aside', () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue({ maxDepth: 5 }), fc.constant({ '[{"\\': '}]"' })), (value) => {
        expect(jsonDepth(JSON.stringify(value), 100)).toBe(depthOf(value))
      }),
    )
  })

  it('stops counting beyond its limit', () => {
    expect(jsonDepth('['.repeat(1_000_000), 3)).toBe(4)
  })
})
