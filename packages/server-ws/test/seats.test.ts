import { describe, expect, it } from 'vitest'
import { Seats } from '../src/seats.js'

describe('Seats', () => {
  it('has so many for each key, and gets them back once', () => {
    const seats = new Seats(2)
    const first = seats.take('a')
    seats.take('a')
    expect(seats.take('a')).toBeUndefined()
    expect(seats.take('b')).toBeDefined()
    first?.()
    first?.()
    expect(seats.taken('a')).toBe(1)
    expect(seats.take('a')).toBeDefined()

    expect(seats.take('a')).toBeUndefined()
  })

  it('does not count who has no key', () => {
    const seats = new Seats(0)
    seats.take(undefined)?.()

    expect(seats.take(undefined)).toBeDefined()
    expect(seats.take('a')).toBeUndefined()
  })
})
