import type { Redis } from 'ioredis'
import type { Stage } from './stage.js'

/** Something that goes wrong for a while; resolves when it is over. */
export type Fault = (stage: Stage, admin: Redis, random: Random) => Promise<unknown>

/** Chance, from a seed, so that a soak can be told apart from another. */
export interface Random {
  /** A whole number below this. */
  below(limit: number): number
  of<Value>(values: readonly Value[]): Value
}

const lasting = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const everyKey = 'llmmon:{*}:*'

async function links({ servers, writerLink }: Stage) {
  return [writerLink, ...servers.flatMap(({ toRedis, fromViewers }) => [toRedis, fromViewers])]
}

async function keysOf(admin: Redis, pattern = everyKey): Promise<string[]> {
  const [, keys] = await admin.scan(0, 'MATCH', pattern, 'COUNT', 200)
  return keys
}

/** Every fault by its name. */
export const faults: Readonly<Record<string, Fault>> = {
  'Redis dies and comes back empty': ({ redis }) => redis.crash(),
  'Redis is frozen': async ({ redis }, _, random) => {
    redis.freeze(true)
    await lasting(500 + random.below(4_000))
    redis.freeze(false)
  },
  'subscribers are killed': (_, admin) => admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub') as Promise<unknown>,
  'clients are killed': (_, admin) =>
    admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes') as Promise<unknown>,
  'everything is flushed': (_, admin) => admin.flushall(),
  'a key is evicted': async (_, admin, random) => {
    const keys = await keysOf(admin)
    if (keys.length > 0) await admin.del(random.of(keys))
  },
  'scripts are forgotten': (_, admin) => admin.script('FLUSH') as Promise<unknown>,
  'writes are held up': (_, admin, random) =>
    admin.call('CLIENT', 'PAUSE', String(500 + random.below(3_000)), 'WRITE') as Promise<unknown>,
  'Redis is out of memory': async (_, admin, random) => {
    await admin.config('SET', 'maxmemory', '1')
    await lasting(500 + random.below(2_000))
    await admin.config('SET', 'maxmemory', '0')
  },
  'Redis becomes a replica': async (_, admin, random) => {
    await admin.call('REPLICAOF', '127.0.0.1', '1')
    await lasting(300 + random.below(1_000))
    await admin.call('REPLICAOF', 'NO', 'ONE')
  },
  'the store goes back': async (_, admin, random) => {
    const metas = await keysOf(admin, 'llmmon:{*}:meta')
    if (metas.length === 0) return
    const run = random.of(metas).replace(/:meta$/, '')
    const keys = ['meta', 'segments', 'tail'].map((part) => `${run}:${part}`)
    const dumps = await Promise.all(keys.map((key) => admin.dumpBuffer(key)))
    await lasting(random.below(1_500))
    const back = admin.multi().del(...keys)
    for (const [index, dump] of dumps.entries()) if (dump) back.restore(keys[index] as string, 60_000, dump)
    await back.exec()
  },
  'junk is published': async (_, admin, random) => {
    const metas = await keysOf(admin, 'llmmon:{*}:meta')
    if (metas.length > 0) await admin.publish(random.of(metas).replace(/meta$/, 'live'), 'junk')
  },
  'a link is cut': async (stage, _, random) => random.of(await links(stage)).cut(),
  'all links are cut': async (stage) => {
    for (const link of await links(stage)) link.cut()
  },
  'a link is half open': async (stage, _, random) => {
    const link = random.of(await links(stage))
    link.blackhole(true)
    await lasting(500 + random.below(8_000))
    link.blackhole(false)
  },
  'a link is slow': async (stage, _, random) => {
    const link = random.of(await links(stage))
    link.slow(20 + random.below(200), random.of([0, 1, 100]))
    await lasting(2_000)
    link.slow(0, 0)
  },
  'a link is cut in the middle of a message': async (stage, _, random) =>
    random.of(await links(stage)).cutAfter(random.below(5_000)),
  'a server is restarted': (stage, _, random) => random.of(stage.servers).restart(random.of([0, 500])),
  'all servers are restarted one after another': async (stage) => {
    for (const server of stage.servers) await server.restart(300)
  },
}
