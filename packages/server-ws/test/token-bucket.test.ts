import { describe, expect, it } from 'vitest'
import { TokenBucket } from '../src/token-bucket.js'

describe('TokenBucket', () => {
  it('lets a burst through, then so many a second', () => {
    const bucket = new TokenBucket(10, 3, 0)
    expect([0, 0, 0, 0].map((now) => bucket.take(now))).toEqual([true, true, true, false])
    expect([99, 100, 100, 200].map((now) => bucket.take(now))).toEqual([false, true, false, true])

    expect(Array.from({ length: 5 }, () => bucket.take(60_000))).toEqual([true, true, true, false, false])
  })
})
