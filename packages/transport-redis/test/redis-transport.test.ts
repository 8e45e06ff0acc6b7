import { readRun, startRun } from '@llmmon/core'
import { type RedisServer, readEvents, startRedis, tcpProxy, transportConformance } from '@llmmon/testkit'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { redisTransport } from '../src/index.js'
import { runKeys } from '../src/keys.js'

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

let tests = 0

/** A prefix of its own for each test: nothing of one is seen by another. */
function prefix(): string {
  tests += 1
  return `test${tests}`
}

describe('redisTransport', () => {
  transportConformance(async () => {
    const own = prefix()
    const transport = redisTransport({ url: server.url, prefix: own })
    return {
      transport,
      async expireLease() {
        for (const key of await admin.keys(`${own}:*:meta`)) await admin.hset(key, 'hb', Date.now() - 3_600_000)
      },
      async lose(runId) {
        const { meta, segments, tail } = runKeys(own, runId)
        await admin.del(meta, segments, tail)
      },
      close: () => transport.close(),
    }
  })

  it('joins processes: what one writes another watches, and cancels', async () => {
    const own = prefix()
    const writer = redisTransport({ url: server.url, prefix: own })
    const viewer = redisTransport({ url: server.url, prefix: own })
    const run = startRun({ name: 'c', transport: writer, runId: 'r', metadata: { user: 7 } })
    run.token('hello')
    await run.flushed()
    expect(await readRun(viewer, 'r')).toMatchObject({ status: 'running', text: 'hello', metadata: { user: 7 } })
    expect(await viewer.command('r', { type: 'cancel', reason: 'enough' })).toBe('accepted')
    expect(run.signal.aborted).toBe(true)
    run.fail(run.signal.reason)
    await run.flushed()

    expect(await readRun(viewer, 'r')).toMatchObject({ status: 'cancelled', error: { message: 'enough' } })
    await writer.close()
    await viewer.close()
  })

  it('loses nothing when Redis dies and comes back empty: the writer puts the run back', async () => {
    const crashing = await startRedis()
    const transport = redisTransport({ url: crashing.url })
    const run = startRun({ name: 'c', transport, runId: 'r' })
    for (let i = 0; i < 5; i += 1) run.custom('n', i)
    expect(await run.flushed()).toBe(true)
    const before = await transport.inspect('r')
    await crashing.crash()
    for (let i = 5; i < 10; i += 1) run.custom('n', i)
    run.complete()
    expect(await run.flushed({ timeoutMs: 15_000 })).toBe(true)
    const seqs = (await readEvents(transport, 'r')).map(({ seq }) => seq)

    expect(seqs).toEqual(Array.from({ length: 12 }, (_, i) => i + 1))
    expect((await transport.inspect('r'))?.epoch).toBe(before?.epoch)
    await transport.close()
    await crashing.close()
  }, 30_000)

  it('finds by itself that its link to Redis is cut, listens again, and says so', async () => {
    const own = prefix()
    const proxy = await tcpProxy(server.port)
    const watching = redisTransport({ url: `redis://127.0.0.1:${proxy.port}`, prefix: own })
    const writing = redisTransport({ url: server.url, prefix: own })
    const calls: string[] = []
    let [back, heard] = [() => {}, () => {}]
    const isBack = new Promise<void>((resolve) => {
      back = resolve
    })
    const hasHeard = new Promise<void>((resolve) => {
      heard = resolve
    })
    await watching.watch('r', {
      batch: ({ to }) => {
        calls.push(`batch ${to}`)
        heard()
      },
      bell: () => undefined,
      interrupted: () => calls.push('interrupted'),
      active: () => {
        calls.push('active')
        back()
      },
    })
    proxy.cut()
    await isBack
    startRun({ name: 'c', transport: writing, runId: 'r' })
    await hasHeard

    expect(calls).toEqual(['interrupted', 'active', 'batch 1'])
    await watching.close()
    await writing.close()
    await proxy.close()
  }, 20_000)

  it('keeps a time to live on everything', async () => {
    const own = prefix()
    const transport = redisTransport({ url: server.url, prefix: own, retention: { endedMs: 60_000 } })
    const run = startRun({ name: 'c', transport, runId: 'r' })
    run.complete()
    await run.flushed()
    const keys = await admin.keys(`${own}:*`)
    const times = await Promise.all(keys.map((key) => admin.pttl(key)))

    expect(keys.length).toBeGreaterThan(0)
    expect(times.every((ms) => ms > 0 && ms <= 60_000)).toBe(true)
    await transport.close()
  })

  it('uses a client of yours as a recipe, and touches nothing of it', async () => {
    const client = new Redis(server.url, { keyPrefix: 'mine:' })
    await client.ping()
    const before = client.listenerCount('error')
    const transport = redisTransport({ client, prefix: prefix() })
    const run = startRun({ name: 'c', transport, runId: 'r' })
    run.complete()
    expect(await run.flushed()).toBe(true)
    await transport.close()

    expect([client.status, client.listenerCount('error')]).toEqual(['ready', before])
    client.disconnect()
  })

  it('survives what strangers write to its keys and channels', async () => {
    const own = prefix()
    const transport = redisTransport({ url: server.url, prefix: own })
    const { meta, tail, live } = runKeys(own, 'r')
    const run = startRun({ name: 'c', transport, runId: 'r' })
    await run.flushed()
    const { epoch } = (await transport.inspect('r')) as { epoch: string }
    await admin.publish(live, 'junk')
    await admin.xadd(tail, `${epoch}-2`, 'text', 'junk')
    await admin.hset(meta, 'label', 'no json')

    expect((await transport.read('r'))?.batches).toHaveLength(1)
    expect(await transport.inspect('r')).toMatchObject({ chain: null, metadata: {} })
    run.complete('all the same')
    expect(await run.flushed()).toBe(true)

    expect(await readRun(transport, 'r')).toMatchObject({ status: 'completed', result: 'all the same', chain: 'c' })
    await transport.close()
  })
})
