import { Redis } from 'ioredis'
import { freePort } from './free-port.js'
import { launchRedis } from './redis-process.js'

/** A Redis of our own, on a free port of the loopback address. */
export interface RedisServer {
  readonly port: number
  /** Where it listens with TLS; 0 when it was started without a certificate. */
  readonly tlsPort: number
  readonly url: string
  /** A connection to it, which is closed with it. */
  connect(): Redis
  /** Ends it as a crash would, and starts it again on its port, empty. */
  crash(): Promise<void>
  /** Stops and continues the process: it neither answers nor closes anything. */
  freeze(isFrozen: boolean): void
  close(): Promise<void>
}

/**
 * Starts the Redis that the test run has found; it keeps nothing over a restart.
 *
 * @param options more settings, as on the command line, without their dashes
 * @throws (rejects with) Error when there is none.
 */
export async function startRedis(
  options: Readonly<Record<string, string>> = {},
  { port }: { port?: number } = {},
): Promise<RedisServer> {
  const tlsPort = options['tls-cert-file'] === undefined ? 0 : await freePort()
  const settings = { save: '', appendonly: 'no', ...(tlsPort > 0 && { 'tls-port': String(tlsPort) }), ...options }
  const server = await launchRedis(settings, port === undefined ? {} : { port })
  const connections: Redis[] = []
  return {
    port: server.port,
    tlsPort,
    url: `redis://127.0.0.1:${server.port}`,
    async crash() {
      await server.kill()
      await server.restart()
    },
    connect() {
      const connection = new Redis(server.port, '127.0.0.1')
      connection.on('error', () => undefined)
      connections.push(connection)
      return connection
    },
    freeze: server.freeze,
    async close() {
      for (const connection of connections) connection.disconnect()
      await server.close()
    },
  }
}
