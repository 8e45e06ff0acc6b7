import { describe, expect, it } from 'vitest'
import { shownState } from '../src/snapshot.js'

describe('shownState', () => {
  it('shows a page no more states than it can use', () => {
    const phases = ['idle', 'connecting', 'greeting', 'open', 'waiting', 'refused', 'closed'] as const

    expect(phases.map(shownState)).toEqual(['idle', 'connecting', 'connecting', 'open', 'waiting', 'refused', 'closed'])
  })
})
