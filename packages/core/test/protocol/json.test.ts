import { describe, expect, it } from 'vitest'
import { isJsonObject, type Wire } from '../../src/protocol/index.js'

describe('isJsonObject', () => {
  it('is true for objects that are neither null nor arrays', () => {
    expect([{}, { a: 1 }].every(isJsonObject)).toBe(true)
    expect([null, [], 'x', 1, undefined].some(isJsonObject)).toBe(false)
  })
})

describe('Wire', () => {
  it('is what a value looks like after it crossed the wire', () => {
    interface Report {
      at: Date
      parts: { n: number; f(): void }[]
      maybe?: string
    }
    const report: Wire<Report> = { at: '2026-01-01T00:00:00.000Z', parts: [{ n: 1 }] }
    // @ts-expect-error a Date arrives as a string
    const wrong: Wire<Report> = { at: new Date(), parts: [] }

    expect(typeof report.at).toBe('string')
    expect(wrong).toBeDefined()
  })
})
