import { readFileSync } from 'node:fs'
import { type RedisServer, startRedis } from '@llmmon/testkit'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectCommands, connectSubscriber, whenReady } from '../src/connect.js'
import { resolveRedisOptions } from '../src/options.js'
import { runScript } from '../src/run-script.js'
import { publishScript } from '../src/script.js'
import { selfTest } from '../src/self-test.js'
import { Subscriber } from '../src/subscriber.js'

let server: RedisServer
let admin: Redis

beforeAll(async () => {
  server = await startRedis()
  admin = new Redis(server.url)
})

afterAll(async () => {
  admin.disconnect()
  await server.close()
})

/** What the self-test says to a user of these rights. */
async function adviceFor(user: string, rights: readonly string[]): Promise<string[]> {
  await admin.call('ACL', 'SETUSER', user, 'reset', 'on', '>secret', ...rights)
  const options = resolveRedisOptions({ url: server.url.replace('redis://', `redis://${user}:secret@`), prefix: 'app' })
  const connection = connectCommands(options)
  connection.on('error', () => undefined)
  const publish = async (channel: string, message: string) =>
    Number(await runScript(connection, publishScript, [channel], [message, '0']))
  const subscriptions = new Subscriber(connectSubscriber(options), { publish })
  await whenReady(connection)
  try {
    return await selfTest({ connection, subscriptions, prefix: 'app', sharded: '0' })
  } finally {
    subscriptions.close()
    connection.disconnect()
  }
}

/** The rights that PROTOCOL.md lists, for the prefix `app`. */
function documentedRights(): string[] {
  const document = readFileSync(new URL('../../../PROTOCOL.md', import.meta.url), 'utf8')
  const [, line = ''] = /ACL SETUSER llmmon on >\S+ ([^\n`]+)/.exec(document) ?? []
  return line.replaceAll('llmmon:', 'app:').split(/\s+/)
}

const rights = documentedRights()
const inScripts = 'hset hmget hget hgetall hdel xadd xrange xtrim exists pexpire del publish'.split(' ')

describe('selfTest', () => {
  it('has nothing to say to a Redis that permits what PROTOCOL.md lists, and leaves nothing behind', async () => {
    expect(rights).toContain('+evalsha')
    expect(await adviceFor('whole', rights)).toEqual([])
    expect(await admin.keys('*')).toEqual([])
  })

  it.each(inScripts)('names %s when it alone is missing', async (command) => {
    expect(rights).toContain(`+${command}`)
    const without = rights.filter((right) => right !== `+${command}`)

    expect(await adviceFor(`no-${command}`, without)).toEqual([
      expect.stringMatching(new RegExp(`does not permit ${command.toUpperCase()} \\(.*PROTOCOL.md`)),
    ])
  })

  it.each([
    ['scripts', ['+eval', '+evalsha'], /does not permit what is needed \(NOPERM.*eval/],
    ['listening', ['+subscribe'], /does not let this process listen \(NOPERM/],
    ['the keys', ['~app:*'], /does not permit .*PROTOCOL.md/],
    ['the channels', ['&app:*'], /does not let this process listen|does not permit PUBLISH/],
  ])('says that %s are forbidden', async (name, missing, message) => {
    const advice = await adviceFor(
      `no-${name.replace(' ', '-')}`,
      rights.filter((right) => !missing.includes(right)),
    )

    expect(advice[0]).toMatch(message)
  })

  it('says that Redis is out of memory', async () => {
    await admin.config('SET', 'maxmemory', '1')
    const advice = await adviceFor('starved', rights)
    await admin.config('SET', 'maxmemory', '0')

    expect(advice).toEqual([expect.stringMatching(/out of memory/)])
  })

  it('says that Redis may evict, and that it is a replica', async () => {
    await admin.config('SET', 'maxmemory', '100mb')
    await admin.config('SET', 'maxmemory-policy', 'allkeys-lru')
    const evicting = await adviceFor('evicted', rights)
    await admin.config('SET', 'maxmemory', '0')
    await admin.config('SET', 'maxmemory-policy', 'noeviction')
    await admin.call('REPLICAOF', '127.0.0.1', '1')
    const replica = await adviceFor('replicated', rights)
    await admin.call('REPLICAOF', 'NO', 'ONE')

    expect(evicting).toEqual([expect.stringMatching(/allkeys-lru.*noeviction/)])
    expect(replica).toEqual([expect.stringMatching(/primary/)])
  })
})
