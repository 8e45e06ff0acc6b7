import { describe, expect, it } from 'vitest'
import { abandonedGraceMs, unwrittenAnswer } from '../../src/transport/unwritten.js'

const info = {
  runId: 'r',
  chain: null,
  metadata: {},
  tags: [],
  epoch: '1',
  last: 1,
  opened: 'new',
  silentMs: 0,
} as const

describe('unwrittenAnswer', () => {
  it('says that nobody is there, or that the run has ended, also of one that was given up long ago', () => {
    expect(unwrittenAnswer(undefined)).toBe('no_writer')
    expect(unwrittenAnswer({ ...info, state: 'closed' })).toBe('already_ended')
    expect(unwrittenAnswer({ ...info, state: 'abandoned', silentMs: abandonedGraceMs })).toBe('no_writer')
    expect(unwrittenAnswer({ ...info, state: 'abandoned', silentMs: abandonedGraceMs + 1 })).toBe('already_ended')
    expect(unwrittenAnswer({ ...info, state: 'open' })).toBeUndefined()
    expect(unwrittenAnswer({ ...info, state: 'reserved' })).toBeUndefined()
  })
})
