import { type RedisCluster, startRedisCluster, until } from '@llmmon/testkit'
import { Cluster } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ClusterMap } from '../src/cluster-map.js'
import { ClusterSubscriber } from '../src/cluster-subscriber.js'
import { connectCommands } from '../src/connect.js'
import { runKeys } from '../src/keys.js'
import { resolveRedisOptions } from '../src/options.js'
import { runScript } from '../src/run-script.js'
import { publishScript } from '../src/script.js'

let cluster: RedisCluster
let commands: Cluster
let subscriber: ClusterSubscriber

beforeAll(async () => {
  cluster = await startRedisCluster()
}, 60_000)

afterAll(() => cluster.close())

const publish = async (channel: string, message: string) =>
  Number(await runScript(commands, publishScript, [channel], [message, '1']))

beforeEach(() => {
  const client = new Cluster(cluster.addresses, { lazyConnect: true })
  commands = connectCommands(resolveRedisOptions({ client })) as Cluster
  commands.on('error', () => undefined)
  subscriber = new ClusterSubscriber(new ClusterMap(commands), publish)
})

afterEach(() => {
  subscriber.close()
  commands.disconnect()
})

function listener() {
  const calls: string[] = []
  return {
    calls,
    message: (text: string) => void calls.push(text),
    interrupted: () => void calls.push('interrupted'),
    active: () => void calls.push('active'),
  }
}

/** Publishes until somebody hears it: a slot that has just moved is not listened on yet. */
function heard(channel: string, message: string): Promise<unknown> {
  return until(async () => (await publish(channel, message)) === 1)
}

describe('ClusterSubscriber', () => {
  it('listens on each channel at the node that has it, with one connection to each node', async () => {
    const channels = Array.from({ length: 30 }, (_, i) => runKeys('p', `run-${i}`).live)
    const own = listener()
    const stops = await Promise.all(channels.map((channel) => subscriber.listen(channel, own)))
    for (const channel of channels) expect(await publish(channel, channel)).toBe(1)
    await until(async () => own.calls.length === 30)

    expect([...own.calls].sort()).toEqual([...channels].sort())
    expect([subscriber.size, subscriber.nodes]).toEqual([30, 3])
    for (const stop of stops) stop()
    expect(subscriber.size).toBe(0)
  })

  it('goes after a channel whose slot moves, says so, and misses nothing after that', async () => {
    const own = listener()
    const { live, meta } = runKeys('p', 'moving')
    await subscriber.listen(live, own)
    await commands.hset(meta, 'a', '1')
    await cluster.moveSlot(live)
    await until(async () => own.calls.includes('active'))
    expect(own.calls).toEqual(['interrupted', 'active'])
    expect(await publish(live, 'after')).toBe(1)
    await until(async () => own.calls.length === 3)
    await cluster.moveSlot(live)
    await until(async () => own.calls.length === 5)
    expect(await publish(live, 'back')).toBe(1)
    await until(async () => own.calls.length === 6)

    expect(own.calls).toEqual(['interrupted', 'active', 'after', 'interrupted', 'active', 'back'])
  }, 30_000)

  it('goes to the replica that takes over from a master that is killed', async () => {
    const own = listener()
    const { live } = runKeys('p', 'surviving')
    await subscriber.listen(live, own)
    await cluster.failOver(live)
    await until(async () => own.calls.includes('active'))
    await heard(live, 'after')
    await until(async () => own.calls.includes('after'))

    expect(own.calls.filter((call) => call !== 'after')[0]).toBe('interrupted')
    expect(subscriber.nodes).toBe(1)
  }, 30_000)
})
