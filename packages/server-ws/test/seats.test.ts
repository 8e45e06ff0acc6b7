import { describe, expect, it } from 'vitest'
import { Seats } from '../src/seats.js'

describe('Seats', () => {
  it('has so many for each key, and gets them back', () => {
    const seats = new Seats(2)
    expect([seats.take('a'), seats.take('a'), seats.take('a'), seats.take('b')]).toEqual([true, true, false, true])
    seats.leave('a')
    expect(seats.taken('a')).toBe(1)
    expect([seats.take('a'), seats.take('a')]).toEqual([true, false])
    seats.leave('b')

    expect(seats.taken('b')).toBe(0)
  })

  it('does not count who has no key', () => {
    const seats = new Seats(0)
    expect(seats.take(undefined)).toBe(true)
    seats.leave(undefined)

    expect([seats.take(undefined), seats.take('a')]).toEqual([true, false])
  })
})
