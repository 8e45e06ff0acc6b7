import { foldBatch, initialRunState } from '@llmmon/core'
import { testBatch } from '@llmmon/testkit'
import { describe, expect, it } from 'vitest'
import { SharedBatch } from '../src/shared-batch.js'
import { isWithheld, withheldUpTo } from '../src/withheld.js'

describe('withheldUpTo', () => {
  it('is known again, counts for receivers, and tells them nothing', () => {
    const stand = withheldUpTo(4, 9)
    const { events } = new SharedBatch(testBatch('r', '5', 1, 3))
    const before = foldBatch(initialRunState('r'), events)

    expect(events.map(isWithheld)).toEqual([false, false, false])
    expect(isWithheld(stand)).toBe(true)
    expect(foldBatch(before, [stand])).toEqual({ ...before, seq: 4 })
  })
})
