import { describe, expect, it } from 'vitest'
import { abandonedBatch, decodeBatch, nextEpoch } from '../../src/index.js'

describe('abandonedBatch', () => {
  it('is one error event that continues the old epoch', () => {
    const batch = abandonedBatch('r', '20', { epoch: '10', to: 4 }, 99)

    expect(batch).toMatchObject({ epoch: '20', from: 5, to: 5, closes: true, base: { epoch: '10', to: 4 } })
    expect(decodeBatch(batch.text).events).toMatchObject([{ update_type: 'error', code: 'abandoned', seq: 5, ts: 99 }])
  })
})

describe('nextEpoch', () => {
  it('is the clock in microseconds, or more than any known', () => {
    expect(nextEpoch(1_000)).toBe('1000000')
    expect(nextEpoch(1_000, '5', '2000000')).toBe('2000001')
  })
})
