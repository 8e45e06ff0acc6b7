import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TextStreams } from '../../src/writer/text-stream.js'

describe('TextStreams', () => {
  it('places every piece where the one before of its channel ended', () => {
    const streams = new TextStreams()

    expect(streams.push('text', 'ab')).toEqual({ delta: 'ab', at: 0 })
    expect(streams.push('reasoning', 'x')).toEqual({ delta: 'x', at: 0 })
    expect(streams.push('text', 'c')).toEqual({ delta: 'c', at: 2 })
  })

  it('gives the whole text however it is cut, and no half characters before the end', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.array(fc.nat(4)), (text, cuts) => {
        const streams = new TextStreams()
        const given: string[] = []
        let rest = text
        for (const cut of [...cuts, text.length]) {
          const placed = streams.push('text', rest.slice(0, cut))
          rest = rest.slice(cut)
          if (placed) given.push(placed.delta)
        }
        expect(given.every((delta) => !/[\ud800-\udbff]$/.test(delta))).toBe(true)
        expect([...given, ...streams.flush().map(({ delta }) => delta)].join('')).toBe(text)
      }),
    )
  })
})
