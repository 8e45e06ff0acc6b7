import { launchRedis } from './redis-process.js'

/** A Redis of our own, on a free port of the loopback address. */
export interface RedisServer {
  readonly port: number
  readonly url: string
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
  const server = await launchRedis({ save: '', appendonly: 'no', ...options }, port === undefined ? {} : { port })
  return {
    port: server.port,
    url: `redis://127.0.0.1:${server.port}`,
    async crash() {
      await server.kill()
      await server.restart()
    },
    freeze: server.freeze,
    close: server.close,
  }
}
