import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  adviceOn,
  adviceOnCommands,
  adviceOnEviction,
  adviceOnListening,
  adviceOnServer,
  inform,
  warn,
} from '../src/advice.js'

afterEach(() => vi.restoreAllMocks())

describe('adviceOn', () => {
  it.each([
    [new Error('WRONGPASS invalid username-password pair'), /credentials/],
    [new Error('NOAUTH Authentication required.'), /credentials/],
    [new Error('NOPERM this user has no permissions'), /section 7/],
    [Object.assign(new Error('x'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }), /TLS/],
    [Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }), /cannot be reached \(ECONNREFUSED\)/],
    [Object.assign(new Error('Failed to refresh slots cache.'), { lastNodeError: new Error('NOAUTH') }), /credentials/],
    [new Error('ERR This instance has cluster support disabled'), /not a cluster/],
    [new Error('All sentinels are unreachable. Last error: x'), /addresses of the sentinels/],
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
    ['a replica', 'role:slave\r\n', [/primary/]],
    ['a node of a cluster', 'cluster_enabled:1\r\n', [/new Cluster/]],
    ['one that says nothing', '', []],
  ])('on %s', (_, info, advice) => {
    const found = adviceOnServer(info)

    expect(found).toHaveLength(advice.length)
    for (const [index, pattern] of advice.entries()) expect(found[index]).toMatch(pattern)
  })
})

describe('adviceOnEviction', () => {
  it.each([
    ['maxmemory:100\r\nmaxmemory_policy:allkeys-lru\r\n', [/may evict.*noeviction/]],
    ['maxmemory:0\r\nmaxmemory_policy:volatile-ttl\r\n', [/once maxmemory is set.*noeviction/]],
    ['maxmemory:100\r\nmaxmemory_policy:noeviction\r\n', []],
    ['', []],
  ])('on %j', (info, advice) => {
    expect(adviceOnEviction(info)).toEqual(advice.map((pattern) => expect.stringMatching(pattern)))
  })
})

describe('adviceOnCommands', () => {
  it.each([
    [[], []],
    [
      ['HSET', 'No permissions', 'XADD', 'No permissions', 'PEXPIRE', 'x', 'PEXPIRE', 'x'],
      [/does not permit HSET, XADD, PEXPIRE/],
    ],
    [['HSET', "OOM command not allowed when used memory > 'maxmemory'."], [/out of memory/]],
    [['HSET', "READONLY You can't write against a read only replica."], []],
  ])('on %j', (failures, advice) => {
    const found = adviceOnCommands(failures)

    expect(found).toHaveLength(advice.length)
    for (const [index, pattern] of advice.entries()) expect(found[index]).toMatch(pattern)
  })
})

describe('adviceOnListening', () => {
  it('tells what is forbidden from what does not arrive', () => {
    expect(adviceOnListening(new Error('NOPERM'))).toMatch(/does not let this process listen \(NOPERM\)/)
    expect(adviceOnListening(undefined)).toMatch(/does not arrive/)
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

describe('a logger that throws', () => {
  it('matters to nobody', () => {
    const say = () => {
      throw new Error('full')
    }
    const logger = { debug: say, info: say, warn: say, error: say }
    warn(logger, 'away', new Error('x'))
    inform(logger, 'back')
    inform(undefined, 'back')
  })
})
