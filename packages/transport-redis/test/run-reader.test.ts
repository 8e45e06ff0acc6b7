import type { RunHistory } from '@llmmon/core'
import { testBatch } from '@llmmon/testkit'
import { describe, expect, it } from 'vitest'
import { RunReader } from '../src/run-reader.js'
import type { Entry } from '../src/run-record.js'

const limits = { segmentsPerRead: 2, batchesPerRead: 2 }
const spansOf = ({ batches }: RunHistory) => batches.map(({ from, to }) => [from, to])

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

    expect(first?.batches).toHaveLength(1)
    expect(first).toEqual(second)
    expect(later?.batches).toEqual([])
    expect(asked).toEqual(['script 0', '2 from -', 'script 1'])
  })

  it('gives parts as they come, each further than the one before, and resolves with the rest', async () => {
    const { reader } = open(
      [part('5', 9, 6, [entry('5', 7, 7), entry('5', 8, 8)], 1), part('5', 9, 6, [entry('5', 9, 9)], 0)],
      [[entry('5', 1, 2), entry('5', 3, 4)], [entry('5', 5, 6)]],
    )
    const parts: unknown[] = []
    const rest = await reader.read('r', 0, (given) => parts.push(spansOf(given)))

    expect(parts).toEqual([
      [
        [1, 2],
        [3, 4],
      ],
      [[5, 6]],
      [
        [7, 7],
        [8, 8],
      ],
    ])
    expect(rest && spansOf(rest)).toEqual([[9, 9]])
  })

  it('asks for more segments each time, up to its limit, and for the next before it gives the last', async () => {
    const log: string[] = []
    const ends = Array.from({ length: 20 }, (_, i) => i + 1)
    const reader = new RunReader(
      {
        script: async () => part('5', 20, 20, [], 0),
        segments: async (_, from, count) => {
          log.push(`${count} from ${from}`)
          const start = from === '-' ? 0 : Number(from.split('-')[1])
          return ends.slice(start, start + count).map((seq) => entry('5', seq, seq))
        },
      },
      { segmentsPerRead: 8, batchesPerRead: 2 },
    )
    await reader.read('r', 0, ({ batches }) => log.push(`given ${batches[0]?.from}-${batches.at(-1)?.to}`))

    expect(log).toEqual([
      '2 from -',
      '4 from (5-2',
      'given 1-2',
      '8 from (5-6',
      'given 3-6',
      '8 from (5-14',
      'given 7-14',
      'given 15-20',
    ])
  })

  it('gives all at the end to who comes to a read that has begun, with parts or without', async () => {
    const { reader, asked } = open([part('5', 3, 2, [entry('5', 3, 3)], 0)], [[entry('5', 1, 2)]])
    const own: unknown[] = []
    const late: unknown[] = []
    const [rest, whole, plain] = await Promise.all([
      reader.read('r', 0, (given) => own.push(spansOf(given))),
      reader.read('r', 0, (given) => late.push(spansOf(given))),
      reader.read('r', 0),
    ])

    expect([own, late]).toEqual([[[[1, 2]]], []])
    expect(rest && spansOf(rest)).toEqual([[3, 3]])
    expect([whole, plain].map((found) => found && spansOf(found))).toEqual(
      Array(2).fill([
        [1, 2],
        [3, 3],
      ]),
    )
    expect(asked).toHaveLength(2)
  })

  it('begins its parts anew, under the new epoch, when the run was replaced after some were given', async () => {
    const { reader } = open(
      [part('5', 6, 6, [], 0), part('6', 3, 2, [entry('6', 3, 3)], 0)],
      [[entry('5', 1, 2), entry('5', 3, 4)], [entry('6', 1, 2)], [entry('6', 1, 2)]],
    )
    const parts: unknown[] = []
    const rest = await reader.read('r', 0, (given) => parts.push([given.info.epoch, spansOf(given)]))

    expect(parts).toEqual([
      [
        '5',
        [
          [1, 2],
          [3, 4],
        ],
      ],
      ['6', [[1, 2]]],
    ])
    expect([rest?.info.epoch, rest && spansOf(rest)]).toEqual(['6', [[3, 3]]])
  })

  it('rejects where Redis fails after parts were given, and reads afresh the next time', async () => {
    let isDown = false
    const reader = new RunReader(
      {
        script: async () => part('5', 6, 6, [], 0),
        segments: async (_, from) => {
          if (from === '-') return [entry('5', 1, 2), entry('5', 3, 4)]
          if (isDown) throw new Error('down')
          return [entry('5', 5, 6)]
        },
      },
      limits,
    )
    const parts: unknown[] = []
    isDown = true
    await expect(reader.read('r', 0, (given) => parts.push(...spansOf(given)))).rejects.toThrow('down')
    isDown = false
    const whole = await reader.read('r', 0)

    expect(parts).toEqual([
      [1, 2],
      [3, 4],
    ])
    expect(whole?.batches).toHaveLength(3)
  })

  it('leaves no rejection behind where the script and the first segments fail together', async () => {
    const fail = async () => {
      throw new Error('down')
    }
    await expect(new RunReader({ script: fail, segments: fail }, limits).read('r', 0)).rejects.toThrow('down')
  })
})
