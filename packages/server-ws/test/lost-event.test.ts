import { describe, expect, it } from 'vitest'
import { lostEvent } from '../src/lost-event.js'

describe('lostEvent', () => {
  it('is an error without a number', () => {
    expect(lostEvent(7)).toMatchObject({ update_type: 'error', status: 'error', code: 'lost', ts: 7 })
    expect('seq' in lostEvent(7)).toBe(false)
  })
})
