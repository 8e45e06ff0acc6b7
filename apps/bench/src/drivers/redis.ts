import { Redis } from 'ioredis'
import { bareEvent } from '../bare/bare-event.js'
import { bareViewers } from '../bare/bare-viewers.js'
import { textFrame } from '../bare/frame.js'
import { openHall } from '../bare/hall.js'
import { pipelined } from '../bare/pipelined.js'
import type { Driver } from '../driver.js'

/** The limit through Redis: PUBLISH, SUBSCRIBE, one frame an event. No history: who is away misses what is said. */
export const driver: Driver = {
  async startServer({ redisUrl }) {
    const redis = new Redis(redisUrl)
    const subscribed = new Map<string, Promise<unknown>>()
    const hall = await openHall({
      async joined(runId) {
        const known = subscribed.get(runId) ?? redis.subscribe(runId)
        subscribed.set(runId, known)
        await known
      },
    })
    redis.on('message', (runId: string, text: string) => hall.deliver(runId, textFrame(text)))
    return {
      port: hall.port,
      async close() {
        redis.disconnect()
        await hall.close()
      },
    }
  },

  async startPublisher({ redisUrl }) {
    const redis = new Redis(redisUrl, { enableAutoPipelining: true })
    const sent = pipelined()
    return {
      open: async () => undefined,
      event: (runId, payload) => sent.add(redis.publish(runId, bareEvent(runId, payload))),
      settle: () => sent.settle(),
      close: async () => redis.disconnect(),
    }
  },

  startViewers: bareViewers,
}
