import { type EncodedBatch, memoryTransport, type RunInfo } from '@llmmon/core'
import { testBatch } from '@llmmon/testkit'
import { describe, expect, it, vi } from 'vitest'
import { OlderHistory } from '../src/older-history.js'

const info = { runId: 'r', state: 'open', epoch: '5', last: 9, opened: 'new', silentMs: 0 } as const
const label = { chain: null, metadata: {}, tags: [] }

function storing(batches: readonly EncodedBatch[] | undefined) {
  const read = vi.fn(async () => batches && { info: { ...info, ...label } satisfies RunInfo, batches })
  const report = vi.fn()
  return { older: new OlderHistory({ ...memoryTransport(), read }, 'r'), read, report }
}

const spans = (batches: readonly { from: number; to: number }[]) => batches.map(({ from, to }) => `${from}-${to}`)

describe('OlderHistory', () => {
  it('reads once for all who ask at the same time, and again later', async () => {
    const { older, read, report } = storing([testBatch('r', '5', 1, 2)])
    const all = await Promise.all([older.read(report), older.read(report), older.read(report)])
    expect(read).toHaveBeenCalledTimes(1)
    expect(new Set(all).size).toBe(1)
    await older.read(report)

    expect(read).toHaveBeenCalledTimes(2)
  })

  it.each([
    ['no JSON', { ...testBatch('r', '5', 3, 4), text: 'junk' }],
    ['of another run', { ...testBatch('r', '5', 3, 4), text: testBatch('other', '5', 3, 4).text }],
    ['of another epoch than its entry', { ...testBatch('r', '5', 3, 4), text: testBatch('r', '6', 3, 4).text }],
    ['of another span than its entry', { ...testBatch('r', '5', 3, 4), text: testBatch('r', '5', 3, 5).text }],
  ])('ends before a batch that is %s, and reports it', async (_, bad) => {
    const { older, report } = storing([testBatch('r', '5', 1, 2), bad, testBatch('r', '5', 5, 6)])

    expect(spans(await older.read(report))).toEqual(['1-2'])
    expect(report).toHaveBeenCalledTimes(1)
    expect(report.mock.calls[0]?.[0]).toMatchObject({ code: 'invalid_frame' })
  })

  it('ends before a hole, and leaves out what is covered', async () => {
    const covered = [testBatch('r', '5', 1, 4), testBatch('r', '5', 2, 3), testBatch('r', '5', 5, 5)]
    const { older, report } = storing([...covered, testBatch('r', '5', 7, 7)])

    expect(spans(await older.read(report))).toEqual(['1-4', '5-5'])
    expect(report).not.toHaveBeenCalled()
  })

  it('finds nothing of a run that is not there, and passes on that a read failed', async () => {
    const { older, read, report } = storing(undefined)
    expect(await older.read(report)).toEqual([])
    read.mockRejectedValueOnce(new Error('down'))

    await expect(older.read(report)).rejects.toThrow('down')
    expect(await older.read(report)).toEqual([])
  })
})
