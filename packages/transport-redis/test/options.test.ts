import { describe, expect, it } from 'vitest'
import { resolveRedisOptions } from '../src/options.js'

const url = 'redis://localhost:6379'

describe('resolveRedisOptions', () => {
  it('fills in what is not said', () => {
    expect(resolveRedisOptions({ url })).toMatchObject({
      prefix: 'llmmon',
      retention: { endedMs: 3_600_000, openMs: 86_400_000 },
      limits: { publishedBytes: 65_536, segmentsPerRead: 16, batchesPerRead: 500 },
      heartbeatMs: 5_000,
      leaseMs: 20_000,
    })
  })

  it('takes a retention of ended runs alone', () => {
    expect(resolveRedisOptions({ url, retention: 60_000 }).retention).toEqual({ endedMs: 60_000, openMs: 86_400_000 })
    expect(resolveRedisOptions({ url, retention: { openMs: 5 } }).retention).toEqual({ endedMs: 3_600_000, openMs: 5 })
  })

  it.each([
    [undefined, /one of the two/],
    [{}, /one of the two/],
    [{ url, client: {} }, /one of the two/],
    [{ url: 'http://a' }, /redis:\/\//],
    [{ client: {} }, /Redis or Cluster/],
    [{ url, prefix: 'a{b}' }, /prefix.*Got "a\{b\}"/],
    [{ url, prefix: '' }, /prefix/],
    [{ url, prefix: 5 }, /prefix.*Got 5/],
    [{ url, retention: 'x' }, /^Expected retention to be a number of ms, or { endedMs, openMs }. Got "x".$/],
    [{ url, retention: [1] }, /retention/],
    [{ url, limits: 'many' }, /limits to be an object/],
    [{ url, retention: 0 }, /endedMs.*Got 0/],
    [{ url, retention: { openMs: Number.NaN } }, /openMs/],
    [{ url, limits: { segmentsPerRead: 1.5 } }, /segmentsPerRead/],
    [{ url, heartbeatMs: 30_000 }, /leaseMs to be longer/],
  ])('refuses %j', (options, message) => {
    expect(() => resolveRedisOptions(options as never)).toThrow(message)
  })
})
