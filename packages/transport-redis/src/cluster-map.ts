import calculateSlot from 'cluster-key-slot'
import type { Cluster, Redis } from 'ioredis'
import { safeOptions, whenReady } from './connect.js'
import { letGo } from './idle.js'

/** Which node of a cluster has which channel. */
export class ClusterMap {
  readonly #cluster: Cluster

  /** @param cluster the connection for commands, which learns where slots are as it goes */
  constructor(cluster: Cluster) {
    this.#cluster = cluster
  }

  /** The node that has a channel, as `host:port`; undefined while that is not known. */
  keyOf(channel: string): string | undefined {
    return this.#cluster.slots[calculateSlot(channel)]?.[0]
  }

  /** The node that has a channel. Rejects while that is not known. */
  async ownerOf(channel: string): Promise<{ readonly key: string }> {
    await whenReady(this.#cluster)
    const key = this.keyOf(channel)
    if (key === undefined) throw new Error('No node of the cluster has this slot now.')
    return { key }
  }

  /** A connection of its own to a node, as the cluster's own connections are made. */
  connect(key: string): Redis {
    const like = this.#cluster.nodes('master').find(({ options }) => `${options.host}:${options.port}` === key)
    const at = key.lastIndexOf(':')
    const [host, port] = [key.slice(0, at), Number(key.slice(at + 1))]
    const any = like ?? this.#cluster.nodes('all')[0]
    if (!any) throw new Error('No node of the cluster can be reached.')
    const redis = any.duplicate({ ...safeOptions, host, port, readOnly: false })
    redis.on('error', () => undefined)
    letGo(redis)
    redis.connect().catch(() => undefined)
    return redis
  }

  /** Asks the cluster where the slots are. Never rejects. */
  refresh(): Promise<void> {
    return new Promise((resolve) => this.#cluster.refreshSlotsCache(() => resolve()))
  }
}
