import { RateLimiterMemory } from 'rate-limiter-flexible'
import { describe, expect, it, vi } from 'vitest'
import { HandshakeRate } from '../src/handshake-rate.js'

const warn = vi.fn()
const noop = () => undefined
const logger = { debug: noop, info: noop, warn, error: noop }

describe('HandshakeRate', () => {
  it('lets so many through a minute for each address, then says when to come back', async () => {
    const rate = new HandshakeRate(2, undefined, logger)
    expect([await rate.take('a'), await rate.take('a'), await rate.take('b')]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
    const wait = await rate.take('a')

    expect(wait).toBeGreaterThan(0)
    expect(wait).toBeLessThanOrEqual(60)
  })

  it('counts by the limiter that is handed in, which several servers may share', async () => {
    const shared = new RateLimiterMemory({ points: 3, duration: 30 })
    const servers = [new HandshakeRate(1_000, shared, logger), new HandshakeRate(1_000, shared, logger)]
    const waits = []
    for (let i = 0; i < 4; i += 1) waits.push(await servers[i % 2]?.take('a'))

    expect(waits).toEqual([undefined, undefined, undefined, 30])
  })

  it('counts in memory while the limiter fails, and says so once', async () => {
    let isDown = true
    const consume = async () => {
      if (isDown) throw new Error('Redis is down')
    }
    const rate = new HandshakeRate(1, { consume }, logger)
    expect([await rate.take('a'), typeof (await rate.take('a'))]).toEqual([undefined, 'number'])
    expect(warn).toHaveBeenCalledTimes(1)
    isDown = false
    expect(await rate.take('a')).toBeUndefined()
    isDown = true
    await rate.take('b')

    expect(warn).toHaveBeenCalledTimes(2)
  })

  it.each([[undefined], [{}], ['no']])('waits a minute where the limiter refuses with %j', async (refusal) => {
    expect(await new HandshakeRate(1, { consume: () => Promise.reject(refusal) }, logger).take('a')).toBe(60)
  })
})
