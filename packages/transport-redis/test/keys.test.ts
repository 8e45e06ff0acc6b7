import calculateSlot from 'cluster-key-slot'
import { describe, expect, it } from 'vitest'
import { besideChannel, inboxChannel, runKeys } from '../src/keys.js'

describe('runKeys', () => {
  it('puts everything of a run into one slot of a cluster', () => {
    const names = Object.values(runKeys('app', 'run-1'))

    expect(new Set(names).size).toBe(4)
    expect(names.every((name) => name.startsWith('app:{run-1}:'))).toBe(true)
  })
})

describe('inboxChannel', () => {
  it('is one for each process', () => {
    expect(inboxChannel('app', 'a')).not.toBe(inboxChannel('app', 'b'))
  })
})

describe('besideChannel', () => {
  it('is in the slot of the other, and nobody else has it', () => {
    const { live } = runKeys('app', 'run-1')

    expect(calculateSlot(besideChannel(live, 'x'))).toBe(calculateSlot(live))
    expect(calculateSlot(besideChannel(inboxChannel('app', 'a'), 'x'))).toBe(calculateSlot(inboxChannel('app', 'a')))
    expect(besideChannel(live, 'x')).not.toBe(besideChannel(live, 'y'))
  })
})
