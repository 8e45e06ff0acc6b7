import { describe, expect, it } from 'vitest'
import { isTerminal } from '../../src/protocol/index.js'

describe('isTerminal', () => {
  it.each(['complete', 'error', 'cancelled'])('is true for %s', (update_type) => {
    expect(isTerminal({ update_type })).toBe(true)
  })

  it.each(['start', 'step_start', 'step', 'token', 'progress', 'custom', 'cancel_requested', 'later'])(
    'is false for %s',
    (update_type) => {
      expect(isTerminal({ update_type })).toBe(false)
    },
  )
})
