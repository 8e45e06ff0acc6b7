import { testBatch } from '@llmmon/testkit'
import { describe, expect, it } from 'vitest'
import { labelText, recordOf } from '../src/run-record.js'

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
      'host',
      'h',
      'label',
      labelText(label),
    ]
    const entry = ['5-3', ['from', '3', 'closes', '0', 'text', second.text]]
    const record = recordOf('r', [1_000, ['1', '0'], meta, [first.text], [entry]])

    expect(record?.history.info).toEqual({
      runId: 'r',
      state: 'open',
      epoch: '5',
      last: 3,
      opened: 'new',
      silentMs: 100,
      ...label,
    })
    expect(record?.history.batches).toEqual([first, second])
    expect([record?.hostId, record?.now]).toEqual(['h', 1_000])
  })

  it('leaves out what cannot be read, and knows when there is no run', () => {
    const record = recordOf('r', [
      1_000,
      [],
      ['state', 'open', 'label', '{', 'base', 'x'],
      ['junk'],
      [['1-1', ['odd']]],
    ])

    expect(record?.history.batches).toEqual([])
    expect(record?.history.info).toMatchObject({ chain: null, metadata: {}, epoch: '0', last: 0 })
    expect(recordOf('r', null)).toBeUndefined()
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
