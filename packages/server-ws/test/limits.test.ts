import { describe, expect, it } from 'vitest'
import { resolveLimits } from '../src/limits.js'

describe('resolveLimits', () => {
  it('fills in the defaults, also for what is undefined', () => {
    expect(resolveLimits({ maxFrameBytes: 7, maxConnections: undefined as never })).toMatchObject({
      maxFrameBytes: 7,
      maxConnections: 10_000,
    })
  })

  it('takes no end of time for the longest that timers know, and no end of anything else as it is', () => {
    const { hookTimeoutMs, maxConnections } = resolveLimits({ hookTimeoutMs: Infinity, maxConnections: Infinity })

    expect([hookTimeoutMs, maxConnections]).toEqual([2 ** 31 - 1, Infinity])
  })

  it.each([
    [{ maxFrameBytes: -1 }, 'limits.maxFrameBytes to be a number from 0; got -1'],
    [{ pendingMs: Number.NaN }, 'got NaN'],
    [{ pendingMs: '5' }, 'got 5'],
    [{ maxFrames: 1 }, 'got "maxFrames"'],
  ])('refuses %j', (limits, message) => {
    expect(() => resolveLimits(limits as never)).toThrow(message)
  })
})
