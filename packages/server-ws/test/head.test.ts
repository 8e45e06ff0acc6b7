import { testBatch } from '@llmmon/testkit'
import { describe, expect, it } from 'vitest'
import { Head } from '../src/head.js'
import { SharedBatch } from '../src/shared-batch.js'

const batch = (epoch: string, from: number, to: number) => testBatch('r', epoch, from, to)

describe('Head', () => {
  it('stands at nothing first, then at the newest batch', () => {
    const head = new Head()
    expect([head.epoch, head.last, head.newest, head.base]).toEqual(['0', 0, undefined, undefined])
    head.take(new SharedBatch(batch('5', 1, 3)))
    const newest = new SharedBatch(batch('5', 4, 6))
    head.take(newest)

    expect([head.epoch, head.last, head.newest]).toEqual(['5', 6, newest])
  })

  it('keeps what an epoch continues for as long as that epoch is the newest', () => {
    const head = new Head()
    head.take(new SharedBatch(batch('5', 1, 3)))
    const base = { epoch: '5', to: 3 }
    head.take(new SharedBatch({ ...batch('6', 4, 4), base }))
    head.take(new SharedBatch(batch('6', 5, 6)))
    expect(head.base).toEqual(base)
    head.take(new SharedBatch(batch('7', 7, 7)))

    expect(head.base).toBeUndefined()
  })

  it('forgets everything where a new history begins', () => {
    const head = new Head()
    head.take(new SharedBatch(batch('5', 1, 3)))
    head.clear()

    expect([head.epoch, head.last, head.newest]).toEqual(['0', 0, undefined])
  })
})
