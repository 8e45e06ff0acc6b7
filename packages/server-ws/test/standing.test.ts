import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Identity } from '../src/identity.js'
import { Seats } from '../src/seats.js'
import { Standing } from '../src/standing.js'

const identity = (key: string, expiresAt?: number): Identity => ({
  principal: key,
  key,
  expiresAt,
  audience: `of ${key}`,
})

afterEach(() => void vi.useRealTimers())

describe('Standing', () => {
  it('is nobody at first, and refuses to become nobody', () => {
    const standing = new Standing(new Seats(1))
    expect([standing.identity, standing.audience, standing.expiry, standing.hasExpired]).toEqual([
      undefined,
      '',
      {},
      false,
    ])

    expect(standing.become(undefined)?.[0]).toBe(4401)
  })

  it('takes one place, keeps it with a fresh token, and moves it when it becomes somebody else', () => {
    const seats = new Seats(1)
    const standing = new Standing(seats)
    expect(standing.become(identity('a'))).toBeUndefined()
    expect(standing.become(identity('a', 5))).toBeUndefined()
    expect(seats.taken('a')).toBe(1)
    expect(standing.become(identity('b'))).toBeUndefined()
    expect([seats.taken('a'), seats.taken('b'), standing.audience]).toEqual([0, 1, 'of b'])
    expect(new Standing(seats).become(identity('b'))?.[0]).toBe(4429)
    standing.leave()

    expect(seats.taken('b')).toBe(0)
  })

  it('tells when it ends, and that it has', () => {
    vi.useFakeTimers({ now: 1_000 })
    const standing = new Standing(new Seats(1))
    standing.become(identity('a', 2_000))
    expect([standing.expiry, standing.expiresInMs, standing.hasExpired]).toEqual([{ expires_at: 2_000 }, 1_000, false])
    vi.setSystemTime(2_000)

    expect(standing.hasExpired).toBe(true)
  })
})
