// What a fixed load costs, in things that can be counted: requests of Redis, frames, bytes, notices. Nothing here is timed; apps/bench does that.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createMonitorClient } from '@llmmon/client'
import { type Run, startRun, type Transport } from '@llmmon/core'
import { allowAnyone, createMonitorServer } from '@llmmon/server-ws'
import { type Listening, listen, type RawViewer, type RedisServer, rawViewer, startRedis } from '@llmmon/testkit'
import { redisTransport } from '@llmmon/transport-redis'
import type { Redis } from 'ioredis'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { WebSocket } from 'ws'

/** Signs of life are not what is counted here. */
const quiet = { heartbeatMs: 60_000, leaseMs: 120_000 }
/** How often it may have been made sure meanwhile that messages arrive. */
const probes = 3

let redis: RedisServer
let admin: Redis
let transport: Transport
let closers: (() => unknown)[]

beforeEach(async () => {
  redis = await startRedis()
  admin = redis.connect()
  transport = redisTransport({ url: redis.url, ...quiet })
  closers = [() => transport.close({ timeoutMs: 100 })]
})

afterEach(async () => {
  for (const close of closers.reverse()) await close()
  await redis.close()
})

interface Asked {
  /** Scripts that were asked for. */
  readonly requests: number
  /** Commands, those of the scripts too. */
  readonly commands: number
  /** Reads of a run's hash, with or without its history. */
  readonly reads: number
}

async function asked(): Promise<Asked> {
  const calls = [...(await admin.info('commandstats')).matchAll(/^cmdstat_(\w+)(?:\|\w+)?:calls=(\d+)/gm)]
  const sum = (isCounted: (name: string) => boolean) =>
    calls.reduce((total, [, name = '', count]) => total + (isCounted(name) ? Number(count) : 0), 0)
  return {
    requests: sum((name) => name === 'evalsha'),
    commands: sum((name) => !['info', 'ping', 'hello', 'client', 'subscribe', 'config'].includes(name)),
    reads: sum((name) => name === 'hgetall'),
  }
}

async function spent(work: () => Promise<unknown>): Promise<Asked> {
  const before = await asked()
  await work()
  const after = await asked()
  return {
    requests: after.requests - before.requests,
    commands: after.commands - before.commands,
    reads: after.reads - before.reads,
  }
}

async function begun(...ids: string[]): Promise<Run[]> {
  const runs = ids.map((runId) => startRun({ name: 'c', transport, runId }))
  await Promise.all(runs.map((run) => run.flushed()))
  return runs
}

/** Says so much in bursts, each when the one before is stored. */
async function bursts(run: Run, count: number, say: (n: number) => void): Promise<void> {
  for (let n = 0; n < count; n += 50) {
    for (let i = 0; i < 50; i += 1) say(n + i)
    await run.flushed()
  }
}

async function serve(): Promise<Listening> {
  const own = redisTransport({ url: redis.url, ...quiet })
  const http = await listen()
  const server = createMonitorServer({ transport: own, authorize: allowAnyone })
  server.attach(http.server)
  closers.push(async () => {
    await server.close()
    await http.close()
    await own.close()
  })
  return http
}

async function join({ wsUrl }: Listening, runId: string): Promise<RawViewer> {
  const viewer = await rawViewer(`${wsUrl}/ws`)
  viewer.send({ type: 'hello' })
  viewer.send({ type: 'subscribe', ref: 1, run_id: runId })
  await viewer.next(({ type }) => type === 'subscribed')
  return viewer
}

function eventFrames({ frames }: RawViewer) {
  return frames.filter(({ type }) => type === 'events') as { to: number; events: unknown[] }[]
}

it('writes 5,000 tokens with a request for each burst of 50', async () => {
  const [run] = (await begun('r')) as [Run]
  const { requests, commands } = await spent(() => bursts(run, 5_000, () => run.token('token ')))

  expect(requests).toBeLessThanOrEqual(100 + probes)
  // The request itself, the clock, HMGET, XADD, HSET, PUBLISH; now and then PEXPIRE.
  expect(commands).toBeLessThan(100 * 6.5)
})

it('writes what 200 runs say in one turn with four requests', async () => {
  const runs = await begun(...Array.from({ length: 200 }, (_, i) => `r${i}`))
  const { requests, commands } = await spent(async () => {
    for (const run of runs) run.custom('n', 1)
    await Promise.all(runs.map((run) => run.flushed()))
  })

  expect(requests).toBeLessThanOrEqual(4 + probes)
  expect(commands).toBeLessThan(200 * 5)
})

it('allocates less than 650 bytes for a token, and less than 3,900 for an event of 200 characters', async () => {
  const program = fileURLToPath(new URL('./other-process/allocate.mjs', import.meta.url))
  const roomy = ['--expose-gc', '--min-semi-space-size=256', '--max-semi-space-size=256']
  const { stdout } = await promisify(execFile)(process.execPath, [...roomy, program])
  const { token, event } = JSON.parse(stdout)

  // Half as much again as it is: it differs a little between versions of Node.
  expect(token).toBeLessThan(650)
  expect(event).toBeLessThan(3_900)
})

it('sends each viewer a frame for each burst, whose bytes are those of the events and little more', async () => {
  const [run] = (await begun('r')) as [Run]
  const place = await serve()
  const viewers = await Promise.all(Array.from({ length: 20 }, () => join(place, 'r')))
  const data = 'x'.repeat(120)
  await bursts(run, 1_000, () => run.custom('e', data))
  await Promise.all(viewers.map((viewer) => viewer.next(({ to }) => to === 1_001)))

  for (const viewer of viewers) {
    const frames = eventFrames(viewer)
    // The first one brings the start.
    expect(frames.length).toBe(21)
    expect(frames.reduce((sum, frame) => sum + JSON.stringify(frame).length, 0)).toBeLessThan(1_000 * 205)
  }
})

it('reads the store once for 100 late viewers, and sends 10,000 tokens as their text and little more', async () => {
  const [run] = (await begun('r')) as [Run]
  await bursts(run, 10_000, () => run.token('token '))
  run.complete()
  await run.flushed()
  const place = await serve()
  let viewers: RawViewer[] = []
  const { reads } = await spent(async () => {
    viewers = await Promise.all(Array.from({ length: 100 }, () => join(place, 'r')))
    await Promise.all(viewers.map((viewer) => viewer.next(({ type }) => type === 'end')))
  })

  // Another one is made when Redis is tried out.
  expect(reads).toBeLessThanOrEqual(2)
  for (const viewer of viewers) {
    const frames = eventFrames(viewer)
    expect(frames.length).toBeLessThanOrEqual(8)
    expect(frames.reduce((sum, frame) => sum + JSON.stringify(frame).length, 0)).toBeLessThan(60_000 * 1.03)
  }
})

it('asks Redis nothing for one more viewer of a run that a server follows', async () => {
  await begun('r')
  const place = await serve()
  await (await join(place, 'r')).next(({ type }) => type === 'events')
  const { requests } = await spent(async () => {
    const viewers = await Promise.all(Array.from({ length: 50 }, () => join(place, 'r')))
    await Promise.all(viewers.map((viewer) => viewer.next(({ type }) => type === 'events')))
  })

  expect(requests).toBeLessThanOrEqual(probes)
  expect(await admin.pubsub('NUMSUB', 'llmmon:{r}:live')).toEqual(['llmmon:{r}:live', 1])
})

it('tells a page at most once for each burst of tokens, and gives a snapshot that holds all of them', async () => {
  const [run] = (await begun('r')) as [Run]
  const { wsUrl } = await serve()
  const client = createMonitorClient({ url: `${wsUrl}/ws`, WebSocket })
  closers.push(() => client.close())
  const monitor = client.monitor('r')
  await new Promise<void>((resolve) => monitor.onStart(() => resolve()))
  let notices = 0
  monitor.subscribe(() => {
    notices += 1
  })
  await bursts(run, 5_000, () => run.token('token '))
  run.complete('done')
  await monitor.result

  expect(notices).toBeLessThanOrEqual(102)
  expect(monitor.getSnapshot().text.length).toBe(30_000)
})
