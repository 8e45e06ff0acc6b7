import { describe, expect, it } from 'vitest'
import { TokenBucket } from '../src/token-bucket.js'

describe('TokenBucket', () => {
  it('lets a burst through, then so many a second', () => {
    const bucket = new TokenBucket(10, 3, 0)
    expect([0, 0, 0, 0].map((now) => bucket.take(now))).toEqual([true, true, true, false])
    expect([99, 100, 100, 200].map((now) => bucket.take(now))).toEqual([false, true, false, true])

    expect(Array.from({ length: 5 }, () => bucket.take(60_000))).toEqual([true, true, true, false, false])
  })

  it('is full again when all that was taken has come back', () => {
    const bucket = new TokenBucket(10, 3, 0)
    expect(bucket.isFull(0)).toBe(true)
    bucket.take(0)

    expect([bucket.isFull(0), bucket.isFull(99), bucket.isFull(100)]).toEqual([false, false, true])
    const endless = new TokenBucket(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 0)
    expect([endless.take(0), endless.isFull(0), endless.take(5), endless.isFull(5)]).toEqual([true, true, true, true])
  })
})
