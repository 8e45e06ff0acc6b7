import { describe, expect, it } from 'vitest'
import { decodeBatch } from '../../src/index.js'
import { seal } from '../../src/writer/seal.js'

describe('seal', () => {
  it('numbers the events from where the run stands, and knows whether they end it', () => {
    const custom = { update_type: 'custom', name: 'n', data: 1, ts: 5 } as const
    const end = { update_type: 'cancelled', status: 'cancelled', reason: null, ts: 6 } as const
    const open = seal([custom, custom], { runId: 'r', epoch: '9', from: 4, dropped: 0 })
    const closing = seal([custom, end], { runId: 'r', epoch: '9', from: 6, dropped: 3 })

    expect(open).toMatchObject({ epoch: '9', from: 4, to: 5, closes: false })
    expect(closing).toMatchObject({ from: 6, to: 7, closes: true })
    expect(decodeBatch(open.text).events).toEqual([
      { ...custom, seq: 4 },
      { ...custom, seq: 5 },
    ])
    expect(decodeBatch(closing.text).events).toMatchObject([{ dropped: 3 }, { dropped: 3 }])
  })
})
