import { type RedisServer, startRedis, tcpProxy, until } from '@llmmon/testkit'
import { Redis } from 'ioredis'
import { beforeEach, describe, expect, it } from 'vitest'
import { endAndCompare, join, later, speak, watch } from './redis-scene.js'

let redis: RedisServer
let admin: Redis

beforeEach(async () => {
  redis = later(await startRedis({ 'enable-debug-command': 'yes' }))
  admin = new Redis(redis.url)
  admin.on('error', () => undefined)
  later({ close: () => admin.disconnect() })
})

const own = () => join({ url: redis.url })

async function pages(count = 2) {
  return Promise.all(Array.from({ length: count }, () => watch('r', own())))
}

async function subscribers(): Promise<number> {
  return String(await admin.call('CLIENT', 'LIST', 'TYPE', 'pubsub'))
    .trim()
    .split('\n').length
}

/** Resolves when the fault has lasted so long, ms: the fault itself, not a wait for something to happen. */
const lasting = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describe('nothing is lost, doubled or out of order', () => {
  it('when Redis is not there at the start', async () => {
    const { port } = redis
    await redis.close()
    const watching = await pages()
    const { chain, run } = speak(own())
    await chain.untilSaid(100)
    expect(await run.flushed({ timeoutMs: 10 })).toBe(false)
    later(await startRedis({}, { port }))
    await chain.more(100)

    expect(await endAndCompare(chain, watching)).toEqual([[], []])
  })

  it.each(['pubsub', 'normal'])('when connections of the type %s are killed again and again', async (type) => {
    const watching = await pages()
    const { chain } = speak(own())
    for (let i = 0; i < 20; i += 1) {
      await chain.more(20)
      await admin.call('CLIENT', 'KILL', 'TYPE', type, 'SKIPME', 'yes')
    }

    expect(await endAndCompare(chain, watching)).toEqual([[], []])
  })

  it('when writes are held up until they time out, and are done all the same', async () => {
    const watching = await pages()
    const { chain } = speak(own())
    await chain.untilSaid(50)
    await admin.call('CLIENT', 'PAUSE', '2500', 'WRITE')
    await chain.more(600)
    await admin.debug('SLEEP', '2.5')
    await chain.more(50)

    expect(await endAndCompare(chain, watching)).toEqual([[], []])
  })

  it('when Redis is frozen and continues', async () => {
    const watching = await pages()
    const { chain } = speak(own())
    await chain.untilSaid(50)
    redis.freeze(true)
    await lasting(4_000)
    redis.freeze(false)
    await chain.more(50)

    expect(await endAndCompare(chain, watching)).toEqual([[], []])
  })

  it('when Redis dies and comes back empty', async () => {
    const watching = await pages()
    const { chain } = speak(own())
    for (let i = 0; i < 3; i += 1) {
      await chain.more(100)
      await redis.crash()
    }
    await chain.more(100)

    expect(await endAndCompare(chain, watching)).toEqual([[], []])
  })

  it('when Redis becomes a replica and a primary again', async () => {
    const watching = await pages()
    const { chain } = speak(own())
    await chain.untilSaid(50)
    await admin.call('REPLICAOF', '127.0.0.1', '1')
    await chain.more(300)
    await admin.call('REPLICAOF', 'NO', 'ONE')
    await chain.more(50)

    expect(await endAndCompare(chain, watching)).toEqual([[], []])
  })

  it('when the link of a server is slow, and its bytes come one by one', async () => {
    const proxy = later(await tcpProxy(redis.port))
    proxy.slow(100, 1)
    const watching = [await watch('r', join({ url: `redis://127.0.0.1:${proxy.port}` })), ...(await pages(1))]
    const { chain } = speak(own())
    await chain.untilSaid(300)

    expect(await endAndCompare(chain, watching)).toEqual([[], []])
  })

  // As long as it takes to notice: by its echo, or by an answer that does not come.
  it.each([
    ['a server', 8_000],
    ['the writer', 4_000],
  ])('when the link of %s is half open for a while', async (whose, ms) => {
    const proxy = later(await tcpProxy(redis.port))
    const through = join({ url: `redis://127.0.0.1:${proxy.port}` })
    const watching = [await watch('r', whose === 'a server' ? through : own()), ...(await pages(1))]
    const { chain } = speak(whose === 'a server' ? own() : through)
    await chain.untilSaid(50)
    proxy.blackhole(true)
    await lasting(ms)
    proxy.blackhole(false)
    await chain.more(50)

    expect(await endAndCompare(chain, watching)).toEqual([[], []])
  })

  it('when a subscriber does not keep up and Redis drops it', async () => {
    await admin.config('SET', 'client-output-buffer-limit', 'pubsub 100kb 50kb 1')
    const proxy = later(await tcpProxy(redis.port))
    const watching = [await watch('r', join({ url: `redis://127.0.0.1:${proxy.port}` })), ...(await pages(1))]
    const { chain } = speak(own(), { size: 5_000 })
    await chain.untilSaid(50)
    const before = await subscribers()
    // What Redis sends piles up behind a link that takes nothing.
    proxy.blackhole(true)
    await until(async () => (await subscribers()) < before)
    proxy.blackhole(false)
    await chain.more(50)

    expect(await endAndCompare(chain, watching)).toEqual([[], []])
  })
})
