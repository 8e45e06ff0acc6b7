import { createMonitorClient } from '@llmmon/client'
import { monitorChain, type RunEvent, startRun, type Transport } from '@llmmon/core'
import { allowAnyone, createMonitorServer } from '@llmmon/server-ws'
import { listen, type RedisServer, startRedis } from '@llmmon/testkit'
import { redisTransport } from '@llmmon/transport-redis'
import { Redis } from 'ioredis'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { WebSocket } from 'ws'

let redis: RedisServer
let closers: (() => unknown)[]

beforeEach(async () => {
  redis = await startRedis()
  closers = []
})

afterEach(async () => {
  for (const close of closers.reverse()) await close()
  await redis.close()
})

/** A process of its own as far as Redis can tell: its own connections, its own inbox. */
function join(): Transport {
  const transport = redisTransport({ url: redis.url })
  closers.push(() => transport.close({ timeoutMs: 100 }))
  return transport
}

async function serve() {
  const http = await listen()
  const server = createMonitorServer({ transport: join(), authorize: allowAnyone })
  server.attach(http.server)
  closers.push(async () => {
    await server.close()
    await http.close()
  })
  return http
}

async function watch(runId: string) {
  const { wsUrl } = await serve()
  const client = createMonitorClient({ url: `${wsUrl}/ws`, WebSocket })
  closers.push(() => client.close())
  const monitor = client.monitor(runId)
  const seen: RunEvent[] = []
  monitor.onEvent((event) => seen.push(event))
  return { monitor, seen }
}

/** What a viewer's application saw, against what the writer wrote. */
function check(seen: readonly RunEvent[], customs: number): void {
  const lifecycle = seen.filter(({ update_type }) => update_type !== 'token').map(({ seq }) => seq)
  expect(lifecycle).toEqual([...new Set(lifecycle)].sort((a, b) => a - b))
  const data = seen.flatMap((event) => (event.update_type === 'custom' ? [event.data] : []))
  expect(data).toEqual(Array.from({ length: customs }, (_, i) => i))
}

it('shows a run on two servers that another process writes, and stops it from either', async () => {
  const viewers = await Promise.all([watch('r'), watch('r')])
  const chain = monitorChain(
    async (_: string, run) => {
      await run.step('a', (step) => step.tap(['one ', 'two']))
      return new Promise((_, reject) => run.signal.addEventListener('abort', () => reject(run.signal.reason)))
    },
    { name: 'c', transport: join() },
  )
  const { result } = chain.start('x', { runId: 'r' })
  await Promise.all(viewers.map(({ monitor }) => new Promise<void>((resolve) => monitor.onStep(() => resolve()))))
  expect(await viewers[1]?.monitor.cancel('enough')).toBe('accepted')

  await expect(result).rejects.toMatchObject({ name: 'AbortError' })
  for (const { monitor } of viewers) {
    await expect(monitor.result).rejects.toMatchObject({ code: 'cancelled', message: 'enough' })
    expect(monitor.getSnapshot().text).toBe('one two')
  }
})

it('loses nothing while connections to Redis are killed and Redis itself dies and comes back empty', async () => {
  const viewers = await Promise.all([watch('r'), watch('r')])
  const run = startRun({ name: 'c', transport: join(), runId: 'r' })
  const admin = new Redis(redis.url)
  admin.on('error', () => undefined)
  closers.push(() => admin.disconnect())
  let customs = 0
  const say = async (count: number) => {
    for (let i = 0; i < count; i += 1) {
      run.custom('n', customs)
      customs += 1
      await new Promise(setImmediate)
    }
  }
  for (let round = 0; round < 5; round += 1) {
    await say(40)
    await admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
    await say(40)
  }
  await say(50)
  await redis.crash()
  await say(50)
  run.complete('done')
  expect(await run.flushed({ timeoutMs: 20_000 })).toBe(true)

  for (const { monitor, seen } of viewers) {
    expect(await monitor.result).toBe('done')
    check(seen, customs)
  }
})

it('goes on after Redis was frozen, with everything that was said meanwhile', async () => {
  const { monitor, seen } = await watch('r')
  const run = startRun({ name: 'c', transport: join(), runId: 'r', onError: () => undefined })
  run.custom('n', 0)
  expect(await run.flushed()).toBe(true)
  redis.freeze(true)
  for (let i = 1; i < 20; i += 1) run.custom('n', i)
  expect(await run.flushed({ timeoutMs: 2_500 })).toBe(false)
  redis.freeze(false)
  run.complete('done')

  expect(await monitor.result).toBe('done')
  check(seen, 20)
})
