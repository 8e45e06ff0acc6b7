import { encodeBatch } from '@llmmon/core'
import { testBatch } from '@llmmon/testkit'
import { describe, expect, it } from 'vitest'
import { SharedBatch } from '../src/shared-batch.js'

describe('SharedBatch', () => {
  it('makes its bytes once, and they are those of the writer', () => {
    const batch = testBatch('r', '5', 1, 2)
    const shared = new SharedBatch(batch)

    expect(shared.frame).toBe(shared.frame)
    expect(shared.frame.payload.toString()).toBe(batch.text)
    expect(shared.events).toHaveLength(2)
  })

  it('lets go of what it made, and makes the same again', () => {
    const shared = new SharedBatch(testBatch('r', '5', 1, 2))
    const { frame, plain } = shared
    shared.release()

    expect(shared.frame).not.toBe(frame)
    expect(shared.frame.whole).toEqual(frame.whole)
    expect(shared.plain).not.toBe(plain)
    expect(shared.plain).toEqual(plain)
  })

  it('makes plain frames once, with the run in each, and a cancelled run as an error', () => {
    const event = { update_type: 'cancelled', status: 'cancelled', reason: 'user', seq: 1, ts: 7 } as const
    const batch = { type: 'events', run_id: 'r', epoch: '5', from: 1, to: 1, events: [event] } as const
    const shared = new SharedBatch(encodeBatch(batch, true))
    const [frame] = shared.plain

    expect(shared.plain).toBe(shared.plain)
    expect(JSON.parse(frame?.frame.payload.toString() ?? '')).toEqual({
      update_type: 'error',
      status: 'error',
      error: 'The run was cancelled: user',
      code: 'cancelled',
      seq: 1,
      ts: 7,
      run_id: 'r',
    })
  })
})
