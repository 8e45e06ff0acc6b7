import { testBatch } from '@llmmon/testkit'
import { describe, expect, it, vi } from 'vitest'
import { type ReadRequest, RunReader } from '../src/run-reader.js'

const limits = { segmentsPerRead: 2, batchesPerRead: 2 }

function entry(epoch: string, from: number, to: number) {
  return [`${epoch}-${to}`, ['from', String(from), 'closes', '0', 'text', testBatch('r', epoch, from, to).text]]
}

function part(epoch: string, last: number, segments: unknown[], tail: unknown[], hasMore: 0 | 1) {
  return [1_000, ['state', 'open', 'epoch', epoch, 'last', String(last), 'hb', '1000'], segments, tail, hasMore]
}

/** A reader of a Redis that gives these answers. */
function open(...answers: unknown[]) {
  const request = vi.fn<ReadRequest>(async () => answers.shift() ?? null)
  return { reader: new RunReader(request, limits), request }
}

describe('RunReader', () => {
  it('reads part after part, each from where the one before ended', async () => {
    const { reader, request } = open(
      part('5', 9, [entry('5', 1, 2), entry('5', 3, 4)], [], 1),
      part('5', 9, [entry('5', 5, 6)], [entry('5', 7, 7), entry('5', 8, 9)], 1),
      part('5', 9, [], [], 0),
    )
    const history = await reader.read('r', 0)

    expect(history?.batches.map(({ from, to }) => [from, to])).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
      [7, 7],
      [8, 9],
    ])
    expect(request.mock.calls.map(([, , after]) => after)).toEqual([0, 4, 9])
  })

  it('goes on where raw batches have become a segment in between', async () => {
    const { reader } = open(
      part('5', 5, [], [entry('5', 1, 1), entry('5', 2, 3)], 1),
      part('5', 5, [entry('5', 1, 5)], [], 0),
    )

    expect((await reader.read('r', 0))?.batches.map(({ to }) => to)).toEqual([1, 3, 5])
  })

  it('begins anew when the run was replaced under it', async () => {
    const { reader } = open(
      part('5', 9, [entry('5', 1, 2), entry('5', 3, 4)], [], 1),
      part('6', 1, [], [entry('6', 1, 1)], 0),
      part('6', 2, [], [entry('6', 1, 1)], 0),
    )
    const history = await reader.read('r', 0)

    expect(history?.info).toMatchObject({ epoch: '6', last: 2 })
    expect(history?.batches.map(({ epoch }) => epoch)).toEqual(['6'])
  })

  it('gives up a run that is replaced again and again, as something to try later', async () => {
    let epoch = 5
    const reader = new RunReader(async () => {
      epoch += 1
      return part(String(epoch), 9, [entry(String(epoch), 1, 2), entry(String(epoch), 3, 4)], [], 1)
    }, limits)

    await expect(reader.read('r', 0)).rejects.toMatchObject({ code: 'transport_failed', retryable: true })
  })

  it('knows a run that is not there, or vanishes while it is read', async () => {
    expect(await open().reader.read('r', 0)).toBeUndefined()
    const { reader } = open(part('5', 9, [entry('5', 1, 2), entry('5', 3, 4)], [], 1))

    expect(await reader.read('r', 0)).toBeUndefined()
  })

  it('reads once for all who ask for the same at once', async () => {
    const { reader, request } = open(part('5', 1, [], [entry('5', 1, 1)], 0), part('5', 1, [], [], 0))
    const [first, second, later] = await Promise.all([reader.read('r', 0), reader.read('r', 0), reader.read('r', 1)])

    expect(first).toBe(second)
    expect(later?.batches).toEqual([])
    expect(request).toHaveBeenCalledTimes(2)
  })
})
