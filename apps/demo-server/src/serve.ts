import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Transport } from '@llmmon/core'
import { allowAnyone, createMonitorServer } from '@llmmon/server-ws'
import { createRequestHandler } from './request-handler.js'
import type { Author } from './summarise/author.js'

/** What the demo's server is made of. */
export interface ServeOptions {
  readonly transport: Transport
  readonly author: Author
  /** Undefined: 4321, or a free one where that is taken. 0: a free one. */
  readonly port: number | undefined
  /** Starts a run on a document, here or elsewhere, and gives its id. */
  readonly start: (document: Uint8Array, title: string) => string | Promise<string>
}

const usualPort = 4_321
/** How long a word takes, ms, so that a person can watch. */
export const watchablePaceMs = 12

/** Serves the page, its API and its WebSocket on the loopback address. */
export async function serveDemo({
  transport,
  author,
  port,
  start,
}: ServeOptions): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer(createRequestHandler({ start, author }))
  // Whoever reaches this address may see what runs here: it is bound to this machine.
  const monitor = createMonitorServer({ transport, authorize: allowAnyone })
  monitor.attach(server)
  await listen(server, port)
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/`,
    async close() {
      server.close()
      await monitor.close()
      await transport.close()
      server.closeAllConnections()
    },
  }
}

async function listen(server: Server, port: number | undefined): Promise<void> {
  try {
    server.listen(port ?? usualPort, '127.0.0.1')
    await once(server, 'listening')
  } catch (error) {
    const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
    if (!isTaken) throw error
    if (port !== undefined)
      throw new Error(`Port ${port} is taken. Choose another with --port, or none to have a free one.`)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  }
}
