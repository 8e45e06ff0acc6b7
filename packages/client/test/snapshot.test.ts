import { describe, expect, it } from 'vitest'
import { idleConnection } from '../src/connection-machine.js'
import { shownConnection } from '../src/snapshot.js'

describe('shownConnection', () => {
  it('shows a page no more states than it can use', () => {
    const phases = ['idle', 'connecting', 'greeting', 'open', 'waiting', 'refused', 'closed'] as const

    const shown = phases.map((phase) => shownConnection({ ...idleConnection, phase }).state)

    expect(shown).toEqual(['idle', 'connecting', 'connecting', 'open', 'waiting', 'refused', 'closed'])
  })
})
