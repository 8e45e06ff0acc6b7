import { afterEach, describe, expect, it, vi } from 'vitest'
import { adviceOn, adviceOnServer, warn } from '../src/advice.js'

afterEach(() => vi.restoreAllMocks())

describe('adviceOn', () => {
  it.each([
    [new Error('WRONGPASS invalid username-password pair'), /credentials/],
    [new Error('NOAUTH Authentication required.'), /credentials/],
    [new Error('NOPERM this user has no permissions'), /section 7/],
    [Object.assign(new Error('x'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }), /TLS/],
    [Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }), /cannot be reached \(ECONNREFUSED\)/],
    ['odd', /cannot be reached \(odd\)/],
    [null, /cannot be reached/],
  ])('on %s', (error, advice) => {
    expect(adviceOn(error)).toMatch(advice)
  })
})

describe('adviceOnServer', () => {
  it.each([
    ['a good one', 'redis_version:7.0.15\r\nmaxmemory:0\r\nmaxmemory_policy:noeviction\r\nrole:master\r\n', []],
    ['one that is too old', 'redis_version:6.0.9\r\n', [/too old/]],
    ['one that evicts', 'redis_version:7.2.0\r\nmaxmemory:100\r\nmaxmemory_policy:allkeys-lru\r\n', [/noeviction/]],
    ['one that would evict, had it a limit', 'maxmemory:0\r\nmaxmemory_policy:allkeys-lru\r\n', []],
    ['a replica', 'role:slave\r\n', [/primary/]],
    ['one that says nothing', '', []],
  ])('on %s', (_, info, advice) => {
    const found = adviceOnServer(info)

    expect(found).toHaveLength(advice.length)
    for (const [index, pattern] of advice.entries()) expect(found[index]).toMatch(pattern)
  })
})

describe('warn', () => {
  it('tells the logger, or the console where there is none', () => {
    const noop = () => undefined
    const logger = { debug: noop, info: noop, warn: vi.fn(), error: noop }
    const console_ = vi.spyOn(console, 'warn').mockImplementation(noop)
    const err = new Error('x')
    warn(logger, 'to the logger', err)
    warn(undefined, 'to the console')

    expect(logger.warn).toHaveBeenCalledWith({ err }, 'to the logger')
    expect(console_).toHaveBeenCalledWith('llmmon: to the console')
  })
})
