import { describe, expect, it } from 'vitest'
import { accept, compareEpochs, continuity, isEpoch, isSeq } from '../../src/protocol/index.js'

describe('accept', () => {
  const at = { epoch: '10', seq: 5 }

  it.each([
    ['nothing yet, from the first', undefined, { epoch: '10', from: 1, to: 3 }, 'apply'],
    ['nothing yet, from later', undefined, { epoch: '10', from: 2, to: 3 }, 'hole'],
    ['right behind', at, { epoch: '10', from: 6, to: 8 }, 'apply'],
    ['overlapping', at, { epoch: '10', from: 2, to: 8 }, 'apply'],
    ['all known', at, { epoch: '10', from: 2, to: 5 }, 'skip'],
    ['too far ahead', at, { epoch: '10', from: 7, to: 8 }, 'hole'],
    ['an older epoch', at, { epoch: '9', from: 6, to: 8 }, 'skip'],
    ['a newer epoch', at, { epoch: '11', from: 1, to: 8 }, 'hole'],
    [
      'a newer epoch that goes on from here',
      at,
      { epoch: '11', from: 6, to: 6, base: { epoch: '10', to: 5 } },
      'apply',
    ],
    [
      'a newer epoch that goes on from later',
      at,
      { epoch: '11', from: 7, to: 7, base: { epoch: '10', to: 6 } },
      'hole',
    ],
    [
      'a newer epoch that goes on from another',
      at,
      { epoch: '12', from: 6, to: 6, base: { epoch: '11', to: 5 } },
      'hole',
    ],
  ] as const)('of %s', (_, position, batch, what) => {
    expect(accept(position, batch)).toBe(what)
  })
})

describe('continuity', () => {
  const store = { epoch: '10', last: 5, base: { epoch: '8', to: 3 } }

  it.each([
    ['nobody', undefined, 'continue'],
    ['one behind', { epoch: '10', seq: 2 }, 'continue'],
    ['one at the top', { epoch: '10', seq: 5 }, 'continue'],
    ['one who has seen more', { epoch: '10', seq: 6 }, 'ahead'],
    ['one in the base', { epoch: '8', seq: 3 }, 'continue'],
    ['one beyond the base', { epoch: '8', seq: 4 }, 'reset'],
    ['one of an epoch in between', { epoch: '9', seq: 1 }, 'reset'],
    ['one of a later epoch', { epoch: '11', seq: 1 }, 'reset'],
  ] as const)('of %s', (_, position, what) => {
    expect(continuity(position, store)).toBe(what)
  })
})

describe('compareEpochs', () => {
  it('orders as numbers, whatever their length', () => {
    expect(['10', '9', '1795517628581000', '100'].sort(compareEpochs)).toEqual(['9', '10', '100', '1795517628581000'])
    expect(compareEpochs('7', '7')).toBe(0)
  })
})

describe('isEpoch', () => {
  it('takes decimal strings without leading zero', () => {
    expect(['1', '1795517628581000'].every(isEpoch)).toBe(true)
    expect(['', '0', '01', '-1', '1.5', '1e5', '1'.repeat(21), 7, null].some(isEpoch)).toBe(false)
  })
})

describe('isSeq', () => {
  it('takes positive whole numbers', () => {
    expect([1, 2 ** 40].every(isSeq)).toBe(true)
    expect([0, -1, 1.5, Number.NaN, 2 ** 53, '1'].some(isSeq)).toBe(false)
  })
})
