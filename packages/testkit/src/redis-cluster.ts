import calculateSlot from 'cluster-key-slot'
import { Redis } from 'ioredis'
import { freePort } from './free-port.js'
import { launchRedis, type RedisProcess } from './redis-process.js'
import { until } from './until.js'

/** A node of a cluster. */
export interface ClusterNode extends RedisProcess {
  /** A connection to this node alone. */
  readonly admin: Redis
}

/** A Redis Cluster of our own on the loopback address: masters, then a replica of each, in the same order. */
export interface RedisCluster {
  readonly nodes: readonly ClusterNode[]
  /** For a client to start with. */
  readonly addresses: { readonly host: string; readonly port: number }[]
  /** The node that has the slot of a key now. */
  ownerOf(key: string): Promise<ClusterNode>
  /** Moves the slot of a key to another master, with its keys, as a resharding does: one key after another. */
  moveSlot(key: string): Promise<void>
  /** Kills the master that has the slot of a key; resolves when its replica has taken over. */
  failOver(key: string): Promise<void>
  close(): Promise<void>
}

const slots = 16_384
const nodeTimeoutMs = 1_000

/** Starts a cluster with so many masters, and one replica for each. */
export async function startRedisCluster({ masters = 3 } = {}): Promise<RedisCluster> {
  const nodes = await Promise.all(Array.from({ length: masters * 2 }, startNode))
  const [first] = nodes as [ClusterNode]
  await Promise.all(nodes.map(({ admin }, index) => admin.cluster('SET-CONFIG-EPOCH', index + 1)))
  await Promise.all(
    nodes.slice(0, masters).map(({ admin }, index) => {
      const [from, to] = [index, index + 1].map((part) => Math.floor((part * slots) / masters)) as [number, number]
      return admin.cluster('ADDSLOTS', ...Array.from({ length: to - from }, (_, i) => from + i))
    }),
  )
  for (const { port } of nodes) await first.admin.cluster('MEET', '127.0.0.1', port)
  const ids = await Promise.all(nodes.map(({ admin }) => admin.cluster('MYID') as Promise<string>))
  for (const { admin } of nodes) await until(() => everyKnown(admin, ids))
  await Promise.all(nodes.slice(masters).map(({ admin }, i) => admin.cluster('REPLICATE', ids[i] as string)))
  for (const { admin } of nodes.slice(masters)) {
    await until(async () => /master_link_status:up/.test(await admin.info('replication')))
  }
  for (const { admin } of nodes) await until(async () => (await isWell(admin)) && (await hasReplicas(admin, masters)))

  const alive = () => nodes.filter(({ admin }) => admin.status === 'ready')
  async function ownerOf(key: string, of: ClusterNode = alive()[0] as ClusterNode): Promise<ClusterNode> {
    const port = await ownerPort(of.admin, calculateSlot(key))
    return nodes.find((node) => node.port === port) as ClusterNode
  }
  return {
    nodes,
    addresses: nodes.map(({ port }) => ({ host: '127.0.0.1', port })),
    ownerOf,

    async moveSlot(key) {
      const slot = calculateSlot(key)
      const source = await ownerOf(key)
      const others = alive().filter((node) => node !== source)
      const roles = await Promise.all(others.map(({ admin }) => admin.role()))
      const target = others[roles.findIndex(([role]) => role === 'master')] as ClusterNode
      const [sourceId, targetId] = await Promise.all([source.admin.cluster('MYID'), target.admin.cluster('MYID')])
      await target.admin.cluster('SETSLOT', slot, 'IMPORTING', sourceId as string)
      await source.admin.cluster('SETSLOT', slot, 'MIGRATING', targetId as string)
      for (;;) {
        const [name] = (await source.admin.cluster('GETKEYSINSLOT', slot, 1)) as string[]
        if (name === undefined) break
        await source.admin.migrate('127.0.0.1', target.port, name, 0, 5_000)
      }
      for (const { admin } of [target, source]) await admin.cluster('SETSLOT', slot, 'NODE', targetId as string)
    },

    async failOver(key) {
      const master = await ownerOf(key)
      await master.kill()
      master.admin.disconnect()
      await until(async () => (await ownerOf(key, alive()[0])) !== master && isWell(alive()[0]?.admin as Redis))
    },

    async close() {
      for (const { admin } of nodes) admin.disconnect()
      await Promise.all(nodes.map((node) => node.close()))
    },
  }
}

async function startNode(): Promise<ClusterNode> {
  const port = await freePort()
  const settings = {
    'cluster-enabled': 'yes',
    'cluster-node-timeout': String(nodeTimeoutMs),
    'cluster-config-file': 'nodes.conf',
    'repl-diskless-sync-delay': '0',
    // A replica does not count before something has been replicated.
    'repl-ping-replica-period': '1',
    save: '',
  }
  const server = await launchRedis(settings, { port })
  const admin = new Redis(port, '127.0.0.1', { retryStrategy: () => 100 })
  admin.on('error', () => undefined)
  return { ...server, admin }
}

async function isWell(admin: Redis): Promise<boolean> {
  return /cluster_state:ok/.test((await admin.cluster('INFO')) as string)
}

// A client that comes before the replicas are known everywhere would have to learn of them later.
async function hasReplicas(admin: Redis, masters: number): Promise<boolean> {
  const ranges = await admin.cluster('SLOTS')
  return ranges.length === masters && ranges.every(([, , ...nodes]) => nodes.length === 2)
}

async function everyKnown(admin: Redis, ids: readonly string[]): Promise<boolean> {
  const known = (await admin.cluster('NODES')) as string
  return ids.every((id) => known.includes(id)) && !/handshake/.test(known)
}

async function ownerPort(admin: Redis, slot: number): Promise<number | undefined> {
  const ranges = await admin.cluster('SLOTS')
  return ranges.find(([from, to]) => from <= slot && slot <= to)?.[2]?.[1]
}
