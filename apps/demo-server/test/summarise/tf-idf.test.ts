import { describe, expect, it } from 'vitest'
import { cosine, vectorise } from '../../src/summarise/tf-idf.js'

const nothing: ReadonlySet<string> = new Set()

describe('vectorise', () => {
  it('makes vectors of length one, and empty ones of texts without words', () => {
    const { vectors, termCount } = vectorise([['cat', 'dog', 'cat'], [], ['the']], new Set(['the']))

    expect(vectors.map(({ weights }) => Math.hypot(...weights).toFixed(6))).toEqual([
      '1.000000',
      '0.000000',
      '0.000000',
    ])
    expect(termCount).toBe(2)
  })

  it('weighs a rare word above a common one', () => {
    const [first] = vectorise([['rare', 'common'], ['common'], ['common']], nothing).vectors

    expect(first?.weights[0]).toBeGreaterThan(first?.weights[1] ?? 0)
  })

  it('counts the forms of a word together', () => {
    const { vectors } = vectorise([['nations'], ['nation']], nothing)

    expect(vectors[0]).toEqual(vectors[1])
  })
})

describe('cosine', () => {
  const { vectors } = vectorise([['a1', 'b1'], ['b1', 'a1'], ['b1', 'c1'], ['d1'], []], nothing)
  const like = (i: number, j: number) =>
    cosine(vectors[i] ?? { terms: [], weights: [] }, vectors[j] ?? { terms: [], weights: [] })

  it('is 1 for the same words, 0 for none in common, between for some', () => {
    expect(like(0, 1)).toBeCloseTo(1)
    expect(like(0, 3)).toBe(0)
    expect(like(0, 2)).toBeGreaterThan(0)
    expect(like(0, 2)).toBeLessThan(1)
    expect(like(0, 4)).toBe(0)
  })

  it('does not care for the order', () => {
    expect(like(0, 2)).toBe(like(2, 0))
  })
})
