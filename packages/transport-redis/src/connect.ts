import { type Cluster, type ClusterOptions, Redis, type RedisOptions } from 'ioredis'
import { letGo } from './idle.js'
import type { ResolvedRedisOptions } from './options.js'

/** A connection for commands: to one Redis, or to a cluster. */
export type Connection = Redis | Cluster

/** After how long a command that has no answer counts as failed, ms: its outcome is then unknown. */
const commandTimeoutMs = 2_000
/** After how long without any answer a connection counts as dead, ms. */
const socketTimeoutMs = 3_000
/** After how long without an answer an address counts as nobody's, ms. An attempt holds the process for so long. */
const connectTimeoutMs = 5_000
/** How long an orderly end may take, ms; it holds the process, also where nothing is left to end. */
const disconnectTimeoutMs = 500
/** How often a cluster is asked where its slots are, ms. */
const slotsEveryMs = 5_000

const backoff = (times: number) => Math.min(2_000, 50 * 2 ** Math.min(times, 6)) * (0.5 + Math.random() / 2)

/** Nothing is sent twice behind our back, and nothing waits without end: a failed command is made again by who wants it. */
export const safeOptions: RedisOptions = {
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  autoResubscribe: false,
  maxRetriesPerRequest: 0,
  connectTimeout: connectTimeoutMs,
  disconnectTimeout: disconnectTimeoutMs,
  commandTimeout: commandTimeoutMs,
  socketTimeout: socketTimeoutMs,
  enableAutoPipelining: false,
  lazyConnect: true,
  keyPrefix: '',
  // With Sentinel: what is written and heard is the primary's.
  role: 'master',
  retryStrategy: backoff,
  // After a failover this connection still leads to what is now a replica.
  reconnectOnError: (error) => error.message.startsWith('READONLY'),
}

// A cluster sends again what a lost node has not answered; every request of ours may be made twice.
const safeClusterOptions: ClusterOptions = {
  enableOfflineQueue: false,
  enableAutoPipelining: false,
  lazyConnect: true,
  keyPrefix: '',
  scaleReads: 'master',
  // Its timer would hold the process: we ask by our own.
  slotsRefreshInterval: 0,
  shardedSubscribers: false,
  clusterRetryStrategy: backoff,
}

/** A connection of our own for commands, with settings under which failures are seen. Connects at once, and again for ever. */
export function connectCommands({ url, client }: ResolvedRedisOptions): Connection {
  return started(client?.isCluster ? duplicateCluster(client as Cluster) : single(url, client as Redis | undefined))
}

/** A connection of our own to listen on; a cluster has one for each node instead. */
export function connectSubscriber({ url, client }: ResolvedRedisOptions): Redis {
  const redis = single(url, client as Redis | undefined)
  // What is wrong is told by the connection for commands.
  redis.on('error', () => undefined)
  return started(redis)
}

function single(url: string | undefined, client: Redis | undefined): Redis {
  return client ? client.duplicate(safeOptions) : new Redis(url ?? '', safeOptions)
}

function duplicateCluster(client: Cluster): Cluster {
  const { retryStrategy: _, ...forNodes } = safeOptions
  const redisOptions = { ...client.options.redisOptions, ...forNodes }
  const cluster = client.duplicate([], { ...safeClusterOptions, redisOptions })
  let timer: NodeJS.Timeout | undefined
  cluster.on('ready', () => {
    clearInterval(timer)
    timer = setInterval(() => cluster.refreshSlotsCache(), slotsEveryMs)
    timer.unref()
  })
  cluster.on('close', () => clearInterval(timer))
  return cluster
}

function started<Any extends Connection>(connection: Any): Any {
  letGo(connection)
  connection.connect().catch(() => undefined)
  return connection
}

const waits = new WeakMap<Connection, Promise<void>>()

/** Resolves when the connection is ready; rejects when it is not within the time of a command. */
export function whenReady(connection: Connection): Promise<void> {
  if (connection.status === 'ready') return Promise.resolve()
  let wait = waits.get(connection)
  if (!wait) {
    wait = ready(connection).finally(() => waits.delete(connection))
    waits.set(connection, wait)
  }
  return wait
}

function ready(connection: Connection): Promise<void> {
  return new Promise((resolve, reject) => {
    const finish = (error?: Error) => {
      clearTimeout(timer)
      connection.off('ready', onReady)
      connection.off('end', onEnd)
      if (error) reject(error)
      else resolve()
    }
    const onReady = () => finish()
    const onEnd = () => finish(new Error('The connection to Redis was closed.'))
    const timer = setTimeout(() => finish(new Error('Redis cannot be reached.')), commandTimeoutMs)
    connection.on('ready', onReady)
    connection.on('end', onEnd)
  })
}
