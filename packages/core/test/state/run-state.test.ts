import { describe, expect, it } from 'vitest'
import { initialRunState } from '../../src/state/index.js'

describe('initialRunState', () => {
  it('is a pending run that survives JSON', () => {
    const state = initialRunState('run-1')

    expect(state).toMatchObject({ runId: 'run-1', status: 'pending', seq: 0, steps: [], progress: null })
    expect(JSON.parse(JSON.stringify(state))).toEqual(state)
  })
})
