import { describe, expect, it } from 'vitest'
import { closeCodes, closeReaction } from '../../src/protocol/index.js'

describe('closeReaction', () => {
  it.each([
    [1000, 'stop'],
    [1001, 'reconnect'],
    [1002, 'stop'],
    [1003, 'stop'],
    [1005, 'reconnect'],
    [1006, 'reconnect'],
    [1007, 'stop'],
    [1008, 'stop'],
    [1009, 'stop'],
    [1010, 'stop'],
    [1011, 'reconnect'],
    [1012, 'reconnect'],
    [1013, 'reconnect'],
    [1014, 'reconnect'],
    [1015, 'stop'],
    [3000, 'reconnect'],
    [4000, 'reconnect'],
    [4400, 'stop'],
    [4499, 'stop'],
    [4500, 'reconnect'],
    [4599, 'reconnect'],
    [4999, 'reconnect'],
  ] as const)('to %i is to %s', (code, reaction) => {
    expect(closeReaction(code)).toBe(reaction)
  })
})

describe('closeCodes', () => {
  it('gives every code one name', () => {
    const codes = Object.values(closeCodes)

    expect(new Set(codes).size).toBe(codes.length)
  })
})
