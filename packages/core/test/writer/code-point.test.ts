import { describe, expect, it } from 'vitest'
import { endsInHalf, slices, sliceText } from '../../src/writer/code-point.js'

describe('sliceText', () => {
  it('cuts at the length, or one before where that is inside a character', () => {
    expect(sliceText('abc', 5)).toBe('abc')
    expect(sliceText('abc', 2)).toBe('ab')
    expect(sliceText('a😀b', 2)).toBe('a')
    expect(sliceText('a😀b', 3)).toBe('a😀')
  })
})

describe('endsInHalf', () => {
  it('is true where a character has only begun', () => {
    expect(endsInHalf('a😀', 2)).toBe(true)
    expect(endsInHalf('a😀')).toBe(false)
    expect(endsInHalf('')).toBe(false)
  })
})

describe('slices', () => {
  it('gives the whole text in pieces, and nothing for nothing', () => {
    expect([...slices('abcde', 2)]).toEqual(['ab', 'cd', 'e'])
    expect([...slices('ab', 2)]).toEqual(['ab'])
    expect([...slices('', 2)]).toEqual([])
  })
})
