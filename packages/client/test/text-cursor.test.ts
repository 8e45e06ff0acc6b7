import { compact, foldBatch, initialRunState } from '@llmmon/core/state'
import { arbitraryRun } from '@llmmon/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTextCursor } from '../src/text-cursor.js'

const token = { update_type: 'token', channel: 'text', delta: 'abc', at: 0, seq: 1, ts: 0 } as const

describe('createTextCursor', () => {
  it('gives of each token what is new in it', () => {
    const cursor = createTextCursor()

    expect(cursor(token)).toBe(token)
    expect(cursor({ ...token, delta: 'bcde', at: 1, seq: 3, first_seq: 1 })).toEqual({
      ...token,
      delta: 'de',
      at: 3,
      seq: 3,
    })
    expect(cursor({ ...token, delta: 'cd', at: 2 })).toBeUndefined()
  })

  it('gives the whole text once, wherever raw events end and a merged history begins', () => {
    fc.assert(
      fc.property(arbitraryRun(), fc.nat(), (events, at) => {
        const cursor = createTextCursor()
        const seen = at % (events.length + 1)
        const taken = [...events.slice(0, seen), ...compact(events).filter(({ seq }) => seq > seen)]
        const fresh = taken.map(cursor).filter((event) => event !== undefined)
        const texts = (list: typeof events) => foldBatch(initialRunState('r'), list).steps.map((step) => step.text)

        expect(texts(fresh)).toEqual(texts(events))
      }),
    )
  })
})
