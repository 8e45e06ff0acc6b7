import type { EncodedBatch } from '@llmmon/core'
import { testBatch } from '@llmmon/testkit'
import { describe, expect, it } from 'vitest'
import { labelText, positionOf, recordOf } from '../src/run-record.js'

describe('recordOf', () => {
  it('reads what the script gives', () => {
    const [first, second] = [testBatch('r', '5', 1, 2), testBatch('r', '5', 3, 3)]
    const label = { chain: 'c', metadata: { a: 1 }, tags: ['t'] }
    const meta = [
      'state',
      'open',
      'epoch',
      '5',
      'last',
      '3',
      'opened',
      'new',
      'hb',
      '900',
      'segments',
      '1',
      'host',
      'h',
      'label',
      labelText(label),
    ]
    const entry = (batch: EncodedBatch) => [`5-${batch.to}`, ['from', batch.from, 'closes', '0', 'text', batch.text]]
    const record = recordOf('r', [1_000, meta, [entry(first), entry(second)], 0])

    expect(record?.info).toEqual({
      runId: 'r',
      state: 'open',
      epoch: '5',
      last: 3,
      opened: 'new',
      silentMs: 100,
      ...label,
    })
    expect(record?.batches).toMatchObject([first, second])
    expect([record?.hostId, record?.now, record?.next]).toEqual(['h', 1_000, undefined])
    expect([record?.segmentsEnd, record?.firstEpoch]).toEqual([1, '5'])
    expect(recordOf('r', [1_000, meta, [entry(first)], 1])?.next).toBe(2)
  })

  it('leaves out what cannot be read, and knows when there is no run', () => {
    const record = recordOf('r', [
      1_000,
      ['state', 'open', 'label', '{', 'base', 'x'],
      [
        ['1-0', ['text', 'junk']],
        ['1-1', ['odd']],
      ],
      0,
    ])

    expect(record?.batches).toEqual([])
    expect(record?.info).toMatchObject({ chain: null, metadata: {}, epoch: '0', last: 0 })
    expect(recordOf('r', null)).toBeUndefined()
  })
})

describe('positionOf', () => {
  it('is where the batch of an entry ends', () => {
    expect(positionOf(['12-7', []])).toEqual({ epoch: '12', seq: 7 })
  })
})

describe('labelText', () => {
  it('keeps the label alone', () => {
    expect(JSON.parse(labelText({ chain: null, metadata: {}, tags: [], extra: 1 } as never))).toEqual({
      chain: null,
      metadata: {},
      tags: [],
    })
  })
})
