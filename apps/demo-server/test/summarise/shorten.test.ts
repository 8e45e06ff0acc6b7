import { describe, expect, it } from 'vitest'
import { shorten } from '../../src/summarise/shorten.js'

describe('shorten', () => {
  it.each([
    ['short enough', 20, 'short enough'],
    ['cut at the clause, not at the word', 24, 'cut at the clause…'],
    ['cut at the last word that fits', 20, 'cut at the last…'],
    ['x'.repeat(30), 10, `${'x'.repeat(9)}…`],
    ['😀😀😀😀', 6, '😀😀…'],
  ])('of %j to %i is %j', (text, length, short) => {
    expect(shorten(text, length)).toBe(short)
    expect(short.length).toBeLessThanOrEqual(length)
  })
})
