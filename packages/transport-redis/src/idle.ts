import type { Cluster, Redis } from 'ioredis'

/** What of a connection keeps a process alive: its socket, and the timer after which it connects again. */
interface Holding {
  readonly stream?: { unref?(): unknown }
  readonly reconnectTimeout?: { unref?(): unknown } | null
}

/**
 * Lets the process end while a connection is idle, or has nobody to connect to. What waits for an answer has a timer of its own, which
 * holds the process for that long.
 *
 * @example
 * letGo(new Redis({ lazyConnect: true })) // before it connects
 */
export function letGo(connection: Redis | Cluster): void {
  const holding = connection as unknown as Holding
  connection.on('reconnecting', () => holding.reconnectTimeout?.unref?.())
  if (connection.isCluster) connection.on('+node', letGo)
  else connection.on('connect', () => holding.stream?.unref?.())
}
