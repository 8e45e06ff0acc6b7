import { createMonitorClient } from '@llmmon/client'
import { type Run, type RunEvent, startRun, type Transport } from '@llmmon/core'
import { allowAnyone, createMonitorServer } from '@llmmon/server-ws'
import { listen, startRedisCluster, startSentinelPair } from '@llmmon/testkit'
import { redisTransport } from '@llmmon/transport-redis'
import { Cluster, Redis } from 'ioredis'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { WebSocket } from 'ws'

let closers: (() => unknown)[]

beforeEach(() => {
  closers = []
})

afterEach(async () => {
  for (const close of closers.reverse()) await close()
})

const noop = () => undefined
const quiet = { debug: noop, info: noop, warn: noop, error: noop }

/** A page on a server of its own, which hangs on a transport of its own. */
async function watch(runId: string, join: () => Transport) {
  const http = await listen()
  const server = createMonitorServer({ transport: join(), authorize: allowAnyone })
  server.attach(http.server)
  const client = createMonitorClient({ url: `${http.wsUrl}/ws`, WebSocket })
  const monitor = client.monitor(runId)
  const seen: RunEvent[] = []
  const resets: string[] = []
  monitor.onEvent((event) => seen.push(event))
  monitor.onReset(({ reason }) => {
    resets.push(reason)
    seen.length = 0
  })
  closers.push(async () => {
    client.close()
    await server.close()
    await http.close()
  })
  return { monitor, seen, resets }
}

/** A chain that never pauses for long, until told to end. */
function talk(run: Run) {
  let said = 0
  const timer = setInterval(() => {
    run.custom('n', said++)
    run.token(`${said} `)
  }, 2)
  closers.push(() => clearInterval(timer))
  return {
    async untilSaid(count: number) {
      while (said < count) await new Promise(setImmediate)
    },
    end() {
      clearInterval(timer)
      run.complete({ said })
      return said
    },
  }
}

async function expectAll(viewers: readonly Awaited<ReturnType<typeof watch>>[], said: number): Promise<void> {
  const text = Array.from({ length: said }, (_, i) => `${i + 1} `).join('')
  for (const { monitor, seen } of viewers) {
    expect(await monitor.result).toEqual({ said })
    expect(monitor.getSnapshot().text).toBe(text)
    const data = seen.flatMap((event) => (event.update_type === 'custom' ? [event.data] : []))
    expect(data).toEqual(Array.from({ length: said }, (_, i) => i))
    expect(seen.filter(({ update_type }) => update_type === 'complete')).toHaveLength(1)
  }
}

it('loses nothing when a slot of a cluster moves, and when the master that has it dies, in the middle of a run', async () => {
  const cluster = await startRedisCluster()
  closers.push(() => cluster.close())
  const join = () => {
    const client = new Cluster(cluster.addresses, { lazyConnect: true })
    const transport = redisTransport({ client, logger: quiet })
    closers.push(() => transport.close({ timeoutMs: 100 }))
    return transport
  }
  const viewers = await Promise.all([watch('r', join), watch('r', join)])
  const run = startRun({ name: 'c', transport: join(), runId: 'r', onError: noop })
  const chain = talk(run)
  await chain.untilSaid(100)
  await cluster.moveSlot('llmmon:{r}:meta')
  await chain.untilSaid(300)
  await cluster.failOver('llmmon:{r}:meta')
  await chain.untilSaid(500)
  const said = chain.end()
  expect(await run.flushed({ timeoutMs: 30_000 })).toBe(true)

  await expectAll(viewers, said)
  expect(viewers.map(({ resets }) => resets)).toEqual([[], []])
  await expectAll([await watch('r', join)], said)
}, 90_000)

it('loses nothing when Sentinel puts the replica in the place of a primary that dies in the middle of a run', async () => {
  const pair = await startSentinelPair()
  closers.push(() => pair.close())
  const join = () => {
    const client = new Redis({ ...pair.options, lazyConnect: true })
    const transport = redisTransport({ client, logger: quiet })
    closers.push(() => transport.close({ timeoutMs: 100 }))
    return transport
  }
  const viewers = await Promise.all([watch('r', join), watch('r', join)])
  const run = startRun({ name: 'c', transport: join(), runId: 'r', onError: noop })
  const chain = talk(run)
  await chain.untilSaid(200)
  await pair.failOver()
  await chain.untilSaid(400)
  const said = chain.end()
  expect(await run.flushed({ timeoutMs: 30_000 })).toBe(true)

  await expectAll(viewers, said)
  expect(viewers.map(({ resets }) => resets)).toEqual([[], []])
  await expectAll([await watch('r', join)], said)
}, 90_000)
