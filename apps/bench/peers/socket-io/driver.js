import { once } from 'node:events'
import { createServer } from 'node:http'
import { createAdapter } from '@socket.io/redis-streams-adapter'
import { Redis } from 'ioredis'
import { Server } from 'socket.io'
import { io } from 'socket.io-client'

/**
 * Socket.IO with its Redis streams adapter, as its documentation sets it up, with recovery of connections on. The publisher is a server without viewers.
 *
 * @type {import('../../src/driver.ts').Driver}
 */
export const driver = {
  async startServer({ redisUrl }) {
    const redis = new Redis(redisUrl)
    const http = createServer()
    const server = new Server(http, {
      adapter: createAdapter(redis),
      transports: ['websocket'],
      connectionStateRecovery: { maxDisconnectionDuration: 120_000 },
    })
    server.on('connection', async (socket) => {
      await socket.join(String(socket.handshake.query.run))
      socket.emit('joined')
    })
    http.listen(0, '127.0.0.1')
    await once(http, 'listening')
    const { port } = /** @type {import('node:net').AddressInfo} */ (http.address())
    return {
      port,
      async close() {
        redis.disconnect()
        await server.close()
      },
    }
  },

  async startPublisher({ redisUrl }) {
    const redis = new Redis(redisUrl, { enableAutoPipelining: true })
    const server = new Server({ adapter: createAdapter(redis) })
    await redis.ping()
    return {
      open: async () => undefined,
      event: (runId, payload) => server.to(runId).emit('custom', { data: payload, ts: Date.now(), run_id: runId }),
      // Redis answers in order: what was said before has been taken.
      settle: async () => void (await redis.ping()),
      close: async () => redis.disconnect(),
    }
  },

  startViewers: ({ port }) => ({
    join: (runId, sink) =>
      new Promise((resolve, reject) => {
        const socket = io(`http://127.0.0.1:${port}`, {
          transports: ['websocket'],
          forceNew: true,
          reconnection: false,
          query: { run: runId },
        })
        socket.on('connect_error', reject)
        socket.on('custom', ({ data }) => sink.take(data))
        socket.on('joined', () => resolve({ leave: () => socket.disconnect() }))
      }),
  }),
}
