import { differences, type RedisServer, startRedis, tcpProxy, until } from '@llmmon/testkit'
import { Redis } from 'ioredis'
import { beforeEach, describe, expect, it } from 'vitest'
import { endAndCompare, join, later, type Page, speak, watch } from './redis-scene.js'

let redis: RedisServer
let admin: Redis

beforeEach(async () => {
  redis = later(await startRedis())
  admin = connect(redis.port)
})

function connect(port: number): Redis {
  const connection = new Redis(port, '127.0.0.1')
  connection.on('error', () => undefined)
  later({ close: () => connection.disconnect() })
  return connection
}

const own = () => join({ url: redis.url })
const keys = ['meta', 'segments', 'tail'].map((name) => `llmmon:{r}:${name}`)
const live = 'llmmon:{r}:live'

async function pages(count = 2) {
  return Promise.all(Array.from({ length: count }, () => watch('r', own())))
}

describe('nothing is lost, doubled or out of order', () => {
  it('when everything is flushed, again and again', async () => {
    const watching = await pages()
    const { chain } = speak(own())
    for (let i = 0; i < 10; i += 1) {
      await chain.more(30)
      await admin.flushall()
    }
    await chain.more(30)

    expect(await endAndCompare(chain, watching)).toEqual([[], []])
    await endAndCompare(chain, await pages(1))
  })

  it.each(['meta', 'segments', 'tail'])('when %s alone is evicted, again and again', async (part) => {
    const watching = await pages()
    // Large enough that there are segments.
    const { chain } = speak(own(), { size: 2_000 })
    await until(async () => (await admin.exists(keys[1] as string)) === 1)
    for (let i = 0; i < 5; i += 1) {
      await admin.del(`llmmon:{r}:${part}`)
      await chain.more(30)
    }

    expect(await endAndCompare(chain, watching)).toEqual([[], []])
    await endAndCompare(chain, await pages(1))
  })

  it('when a run is evicted in part after it has ended', async () => {
    const { chain, run } = speak(own(), { size: 2_000 })
    await until(async () => (await admin.exists(keys[1] as string)) === 1)
    chain.end()
    await run.flushed()
    await admin.del(keys[1] as string)
    const [page] = (await pages(1)) as [Page]

    expect(await page.monitor.result).toEqual({ said: chain.said })
    expect(differences(page.log, chain)).toEqual([])
  })

  it('when scripts are forgotten all the time', async () => {
    const watching = await pages()
    const { chain } = speak(own())
    for (let i = 0; i < 30; i += 1) {
      await chain.more(10)
      await admin.script('FLUSH')
    }

    expect(await endAndCompare(chain, watching)).toEqual([[], []])
  })

  it('when Redis is out of memory for a while', async () => {
    const watching = await pages()
    const { chain } = speak(own())
    await chain.untilSaid(50)
    await admin.config('SET', 'maxmemory', '1')
    await chain.more(300)
    await admin.config('SET', 'maxmemory', '0')
    await chain.more(50)

    expect(await endAndCompare(chain, watching)).toEqual([[], []])
  })

  it('when the store goes back to what it was before, as after a failover', async () => {
    const watching = await pages()
    const { chain } = speak(own())
    for (let i = 0; i < 5; i += 1) {
      await chain.more(50)
      const dumps = await Promise.all(keys.map((key) => admin.dumpBuffer(key)))
      await chain.more(50)
      const back = admin.multi().del(...keys)
      for (const [index, dump] of dumps.entries()) if (dump) back.restore(keys[index] as string, 0, dump)
      await back.exec()
    }
    await chain.more(50)

    expect(await endAndCompare(chain, watching)).toEqual([[], []])
    await endAndCompare(chain, await pages(1))
  })

  it('when a replica that has fallen behind takes the place of a primary that died', async () => {
    const [link, front] = [later(await tcpProxy(redis.port)), later(await tcpProxy(redis.port))]
    const through = () => join({ url: `redis://127.0.0.1:${front.port}` })
    const replica = later(await startRedis({ replicaof: `127.0.0.1 ${link.port}`, 'repl-diskless-sync-delay': '0' }))
    const asReplica = connect(replica.port)
    await until(async () => /master_link_status:up/.test(await asReplica.info('replication')))
    const watching = await Promise.all([watch('r', through()), watch('r', through())])
    const { chain, run } = speak(through())
    await chain.untilSaid(100)
    await run.flushed()
    await until(async () => Number(await asReplica.hget(keys[0] as string, 'last')) > 100)
    link.blackhole(true)
    await chain.more(100)
    const ahead = Number(await admin.hget(keys[0] as string, 'last'))
    await redis.close()
    front.aim(replica.port)
    await asReplica.call('REPLICAOF', 'NO', 'ONE')
    expect(Number(await asReplica.hget(keys[0] as string, 'last'))).toBeLessThan(ahead)
    await chain.more(100)

    expect(await endAndCompare(chain, watching)).toEqual([[], []])
  })

  it('when a stranger writes junk to the channel and the keys', async () => {
    const watching = await pages()
    const { chain } = speak(own())
    const junk = [
      'junk',
      '{"type":"bell"}',
      '{"type":"bell","epoch":"x","seq":-1}',
      '\0\u{1f989}',
      'x'.repeat(100_000),
      '[]',
    ]
    for (let i = 0; i < 5; i += 1) {
      await chain.more(20)
      for (const text of junk) await admin.publish(live, text)
      const { epoch } = await admin.hgetall(keys[0] as string)
      const forged = {
        type: 'events',
        run_id: 'r',
        epoch,
        from: 1,
        to: 9_999,
        events: [{ update_type: 'custom', name: 'forged', data: 0, seq: 9_999, ts: 0 }],
      }
      await admin.publish(live, JSON.stringify({ ...forged, run_id: 'other' }))
      await admin.xadd(keys[2] as string, '*', 'text', 'junk')
      await chain.more(20)
      await admin.hset(keys[0] as string, { label: '{', base: '[', hb: 'soon' })
      await chain.more(10)
      await admin.hset(keys[0] as string, ['last', 'segments', 'epoch'][i % 3] as string, 'junk')
      await chain.more(20)
      await admin.set(keys[i % 3] as string, 'of another kind')
    }
    await chain.more(20)

    expect(await endAndCompare(chain, watching)).toEqual([[], []])
  })
})
