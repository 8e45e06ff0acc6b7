import { testBatch } from '@llmmon/testkit'
import { describe, expect, it } from 'vitest'
import { RunReader } from '../src/run-reader.js'
import type { Entry } from '../src/run-record.js'

const limits = { segmentsPerRead: 2, batchesPerRead: 2 }

function entry(epoch: string, from: number, to: number): Entry {
  return [`${epoch}-${to}`, ['from', String(from), 'closes', '0', 'text', testBatch('r', epoch, from, to).text]]
}

function part(epoch: string, last: number, segmentsEnd: number, tail: readonly Entry[], hasMore: 0 | 1) {
  const meta = ['state', 'open', 'epoch', epoch, 'last', String(last), 'hb', '1000', 'segments', String(segmentsEnd)]
  return [1_000, meta, tail, hasMore]
}

/** A reader of a Redis whose script gives these answers, and whose segments are read with those. */
function open(parts: unknown[], segments: (readonly Entry[])[] = []) {
  const asked: string[] = []
  const reader = new RunReader(
    {
      script: async (_, after) => {
        asked.push(`script ${after}`)
        return parts.shift() ?? null
      },
      segments: async (_, from, count) => {
        asked.push(`${count} from ${from}`)
        return segments.shift() ?? []
      },
    },
    limits,
  )
  const spans = async (after = 0) => (await reader.read('r', after))?.batches.map(({ from, to }) => [from, to])
  return { reader, asked, spans }
}

describe('RunReader', () => {
  it('asks for the first segments along with the rest', async () => {
    const { asked, spans } = open([part('5', 5, 4, [entry('5', 5, 5)], 0)], [[entry('5', 1, 2), entry('5', 3, 4)]])

    expect(await spans()).toEqual([
      [1, 2],
      [3, 4],
      [5, 5],
    ])
    expect(asked).toEqual(['script 0', '2 from -'])
  })

  it('reads part after part, each from where the one before ended', async () => {
    const { asked, spans } = open(
      [part('5', 9, 6, [entry('5', 7, 7), entry('5', 8, 9)], 1), part('5', 9, 6, [], 0)],
      [[entry('5', 1, 2), entry('5', 3, 4)], [entry('5', 5, 6)]],
    )

    expect(await spans()).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
      [7, 7],
      [8, 9],
    ])
    expect(asked).toEqual(['script 0', '2 from -', '2 from (5-4', 'script 9'])
  })

  it('asks for segments after a number only where there are any', async () => {
    const { asked, spans } = open(
      [part('5', 4, 2, [entry('5', 3, 4)], 0), part('5', 4, 2, [entry('5', 3, 4)], 0)],
      [[entry('5', 1, 2)]],
    )

    expect(await spans(1)).toEqual([
      [1, 2],
      [3, 4],
    ])
    expect(await spans(2)).toEqual([[3, 4]])
    expect(asked).toEqual(['script 1', '2 from (5-1', 'script 2'])
  })

  it('goes on where raw batches have become a segment in between', async () => {
    const { spans } = open(
      [part('5', 5, 0, [entry('5', 1, 1), entry('5', 2, 3)], 1), part('5', 6, 5, [entry('5', 6, 6)], 0)],
      [[], [entry('5', 1, 5)]],
    )

    expect(await spans()).toEqual([
      [1, 1],
      [2, 3],
      [1, 5],
      [6, 6],
    ])
  })

  it('leaves out raw batches that a segment holds which is newer than they are', async () => {
    const { spans } = open(
      [part('5', 5, 2, [entry('5', 3, 3), entry('5', 4, 5)], 0)],
      [[entry('5', 1, 2), entry('5', 3, 4)]],
    )

    expect(await spans()).toEqual([
      [1, 2],
      [3, 4],
      [4, 5],
    ])
  })

  it('takes the segments of a run that was given up for those of the epoch it continues', async () => {
    const reaped = part('6', 3, 2, [entry('6', 3, 3)], 0)
    ;(reaped[1] as string[]).push('base', '{"epoch":"5","to":2}')
    const { spans } = open([reaped], [[entry('5', 1, 2)]])

    expect(await spans()).toEqual([
      [1, 2],
      [3, 3],
    ])
  })

  it.each([
    ['between its parts', [part('5', 9, 0, [entry('5', 1, 2), entry('5', 3, 4)], 1), part('6', 2, 0, [], 0)], [[], []]],
    ['before its segments were read', [part('5', 9, 4, [], 0)], [[entry('6', 1, 2)]]],
    ['and its segments are gone', [part('5', 9, 4, [], 0)], [[]]],
  ])('begins anew when the run was replaced under it: %s', async (_, parts, segments) => {
    const { reader } = open([...parts, part('6', 2, 0, [entry('6', 1, 2)], 0)], segments as Entry[][])
    const history = await reader.read('r', 0)

    expect(history?.info).toMatchObject({ epoch: '6', last: 2 })
    expect(history?.batches.map(({ epoch }) => epoch)).toEqual(['6'])
  })

  it('gives up a run that is replaced again and again, as something to try later', async () => {
    const { reader } = open(Array.from({ length: 9 }, (_, i) => part(String(5 + i), 9, 9, [], 0)))

    await expect(reader.read('r', 0)).rejects.toMatchObject({ code: 'transport_failed', retryable: true })
  })

  it('knows a run that is not there, or vanishes while it is read', async () => {
    expect(await open([]).spans()).toBeUndefined()
    expect(await open([part('5', 9, 0, [entry('5', 1, 2), entry('5', 3, 4)], 1)]).spans()).toBeUndefined()
  })

  it('reads once for all who ask for the same at once', async () => {
    const { reader, asked } = open([part('5', 1, 0, [entry('5', 1, 1)], 0), part('5', 1, 0, [], 0)])
    const [first, second, later] = await Promise.all([reader.read('r', 0), reader.read('r', 0), reader.read('r', 1)])

    expect(first).toBe(second)
    expect(later?.batches).toEqual([])
    expect(asked).toEqual(['script 0', '2 from -', 'script 1'])
  })
})
