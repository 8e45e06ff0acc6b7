import { startRedisCluster, startSentinelPair } from '@llmmon/testkit'
import { Cluster, Redis } from 'ioredis'
import { expect, it } from 'vitest'
import { endAndCompare, join, later, speak, watch } from './redis-scene.js'

it('loses nothing when a slot of a cluster moves, and when the master that has it dies, in the middle of a run', async () => {
  const cluster = later(await startRedisCluster())
  const own = () => join({ client: new Cluster(cluster.addresses, { lazyConnect: true }) })
  const pages = await Promise.all([watch('r', own()), watch('r', own())])
  const { chain } = speak(own())
  await chain.untilSaid(100)
  await cluster.moveSlot('llmmon:{r}:meta')
  await chain.more(200)
  await cluster.failOver('llmmon:{r}:meta')
  await chain.more(200)

  expect(await endAndCompare(chain, pages)).toEqual([[], []])
  await endAndCompare(chain, [await watch('r', own())])
}, 90_000)

it('loses nothing when Sentinel puts the replica in the place of a primary that dies in the middle of a run', async () => {
  const pair = later(await startSentinelPair())
  const own = () => join({ client: new Redis({ ...pair.options, lazyConnect: true }) })
  const pages = await Promise.all([watch('r', own()), watch('r', own())])
  const { chain } = speak(own())
  await chain.untilSaid(200)
  await pair.failOver()
  await chain.more(200)

  expect(await endAndCompare(chain, pages)).toEqual([[], []])
  await endAndCompare(chain, [await watch('r', own())])
}, 90_000)
