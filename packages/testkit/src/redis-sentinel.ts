import { Redis } from 'ioredis'
import { launchRedis } from './redis-process.js'
import { until } from './until.js'

/** A primary and its replica with three sentinels that watch over them, on the loopback address. */
export interface SentinelPair {
  /** Where the sentinels are, and the name that they know the primary by: as ioredis takes them. */
  readonly options: { readonly sentinels: { host: string; port: number }[]; readonly name: string }
  /** The port of the primary of now. */
  primary(): Promise<number>
  /** Kills the primary; resolves when the replica has taken its place. */
  failOver(): Promise<void>
  close(): Promise<void>
}

const name = 'runs'
const host = '127.0.0.1'

/** Starts the pair and the sentinels. */
export async function startSentinelPair(): Promise<SentinelPair> {
  const settings = { save: '', 'repl-diskless-sync-delay': '0', 'repl-ping-replica-period': '1' }
  const primary = await launchRedis(settings)
  const replica = await launchRedis({ ...settings, replicaof: `${host} ${primary.port}` })
  const servers = [primary, replica]
  const config = [
    `sentinel monitor ${name} ${host} ${primary.port} 2`,
    `sentinel down-after-milliseconds ${name} 500`,
    `sentinel failover-timeout ${name} 2000`,
  ].join('\n')
  const sentinels = await Promise.all([0, 1, 2].map(() => launchRedis({}, { config, args: ['--sentinel'] })))
  const askers = sentinels.map(({ port }) => new Redis(port, host))
  const ask = async (asker: Redis) =>
    Number(((await asker.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name)) as string[])[1])
  for (const asker of askers) {
    const count = async (what: string) => ((await asker.call('SENTINEL', what, name)) as unknown[]).length
    await until(async () => (await count('REPLICAS')) === 1 && (await count('SENTINELS')) === 2)
  }
  const replicaAdmin = new Redis(replica.port, host)
  await until(async () => /master_link_status:up/.test(await replicaAdmin.info('replication')))
  replicaAdmin.disconnect()

  return {
    options: { sentinels: sentinels.map(({ port }) => ({ host, port })), name },
    primary: () => ask(askers[0] as Redis),

    async failOver() {
      const before = await ask(askers[0] as Redis)
      await servers.find(({ port }) => port === before)?.kill()
      for (const asker of askers) await until(async () => (await ask(asker)) !== before)
    },

    async close() {
      for (const asker of askers) asker.disconnect()
      await Promise.all([...sentinels, ...servers].map((each) => each.close()))
    },
  }
}
