import { describe, expect, it } from 'vitest'
import { payloadOf, scanPayloads } from '../src/load/payload.js'

function scanned(text: string): [number, number][] {
  const found: [number, number][] = []
  scanPayloads(text, (n, at) => found.push([n, at]))
  return found
}

describe('scanPayloads', () => {
  it('finds what payloadOf made: alone, merged, padded, in JSON', () => {
    expect(scanned(payloadOf(1, 2.5, false))).toEqual([[1, 2.5]])
    expect(scanned(payloadOf(1, 2.5, false) + payloadOf(2, 3.25, true))).toEqual([
      [1, 2.5],
      [2, 3.25],
    ])
    expect(
      scanned(JSON.stringify({ events: [{ data: payloadOf(7, 8, true) }, { data: payloadOf(9, 10, true) }] })),
    ).toEqual([
      [7, 8],
      [9, 10],
    ])
    expect(scanned('{"type":"hb"}')).toEqual([])
  })
})
