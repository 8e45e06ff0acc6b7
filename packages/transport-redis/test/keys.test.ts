import { describe, expect, it } from 'vitest'
import { inboxChannel, runKeys } from '../src/keys.js'

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
