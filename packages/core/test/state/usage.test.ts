import { describe, expect, it } from 'vitest'
import { addUsage, usageFromWire, usageToWire } from '../../src/state/usage.js'

describe('usageFromWire', () => {
  it('reads snake_case as camelCase', () => {
    expect(usageFromWire({ input_tokens: 1, cached_input_tokens: 2 })).toEqual({ inputTokens: 1, cachedInputTokens: 2 })
  })

  it('leaves out what is no finite number', () => {
    expect(usageFromWire({ a: Number.NaN, b: '3' as unknown as number, c: 3 })).toEqual({ c: 3 })
  })
})

describe('usageToWire', () => {
  it('writes camelCase as snake_case', () => {
    expect(usageToWire({ inputTokens: 1, totalTokens: 3 })).toEqual({ input_tokens: 1, total_tokens: 3 })
  })
})

describe('addUsage', () => {
  it('adds name by name', () => {
    expect(addUsage({ a: 1 }, { a: 2, b: 3 })).toEqual({ a: 3, b: 3 })
    expect(addUsage(null, { a: 2 })).toEqual({ a: 2 })
  })
})
