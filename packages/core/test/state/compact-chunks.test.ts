import { arbitraryRun } from '@llmmon/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compactChunks } from '../../src/state/index.js'

describe('compactChunks', () => {
  it('gives contiguous chunks that end where the log ends', () => {
    fc.assert(
      fc.property(arbitraryRun(), fc.integer({ min: 50, max: 1_000 }), (events, size) => {
        const ends = compactChunks(events, size).map((chunk) => chunk.at(-1)?.seq)
        expect(ends.at(-1)).toBe(events.at(-1)?.seq)
        expect(ends).toEqual([...ends].sort((a, b) => (a ?? 0) - (b ?? 0)))
      }),
    )
  })

  it('keeps every chunk near its length', () => {
    const events = Array.from({ length: 5_000 }, (_, i) => {
      return { update_type: 'token', channel: 'text', delta: 'abcd', at: i * 4, seq: i + 1, ts: 0 } as const
    })
    const lengths = compactChunks(events, 4_096).map((chunk) => JSON.stringify(chunk).length)

    expect(Math.max(...lengths)).toBeLessThan(4_300)
    expect(lengths).toHaveLength(6)
  })

  it('gives nothing for nothing', () => {
    expect(compactChunks([], 100)).toEqual([])
  })
})
