import type { Duplex } from 'node:stream'
import { Redis, type Result } from 'ioredis'
import { bareEvent } from '../bare/bare-event.js'
import { bareViewers } from '../bare/bare-viewers.js'
import { textFrame } from '../bare/frame.js'
import { openHall } from '../bare/hall.js'
import { pipelined } from '../bare/pipelined.js'
import type { Driver } from '../driver.js'

declare module 'ioredis' {
  interface RedisCommander<Context> {
    say(stream: string, channel: string, text: string): Result<string, Context>
  }
}

const say = `
local id = redis.call('XADD', KEYS[1], '*', 'text', ARGV[1])
redis.call('PUBLISH', KEYS[2], id .. ' ' .. ARGV[1])
return id`

type Id = readonly [ms: number, n: number]

interface Guest {
  readonly socket: Duplex
  /** What came while its history was read; undefined once it is live. */
  waiting: (readonly [id: Id, frame: Buffer])[] | undefined
  last: Id
}

/** The bare path with history and resume: one script with XADD and PUBLISH an event, one frame an event. No checks, no limits. */
export const driver: Driver = {
  async startServer({ redisUrl }) {
    const subscriber = new Redis(redisUrl)
    const reader = new Redis(redisUrl)
    const guests = new Map<string, Set<Guest>>()
    const subscribed = new Map<string, Promise<unknown>>()
    const hall = await openHall({
      async joined(runId, socket) {
        const guest: Guest = { socket, waiting: [], last: [0, 0] }
        const room = guests.get(runId) ?? new Set()
        guests.set(runId, room.add(guest))
        socket.on('close', () => room.delete(guest))
        const known = subscribed.get(runId) ?? subscriber.subscribe(runId)
        subscribed.set(runId, known)
        await known
        const entries = await reader.xrange(`${runId}:stream`, '-', '+')
        socket.cork()
        for (const [id, fields] of entries) write(guest, idOf(id), textFrame(fields[1] ?? ''))
        for (const [id, frame] of guest.waiting ?? []) write(guest, id, frame)
        guest.waiting = undefined
        process.nextTick(() => socket.uncork())
      },
    })
    subscriber.on('message', (runId: string, message: string) => {
      const end = message.indexOf(' ')
      const id = idOf(message.slice(0, end))
      const frame = textFrame(message.slice(end + 1))
      for (const guest of guests.get(runId) ?? []) {
        if (guest.waiting) guest.waiting.push([id, frame])
        else write(guest, id, frame)
      }
    })
    return {
      port: hall.port,
      async close() {
        subscriber.disconnect()
        reader.disconnect()
        await hall.close()
      },
    }
  },

  async startPublisher({ redisUrl }) {
    const redis = new Redis(redisUrl, {
      enableAutoPipelining: true,
      scripts: { say: { lua: say, numberOfKeys: 2 } },
    })
    const sent = pipelined()
    return {
      open: async () => undefined,
      event: (runId, payload) => sent.add(redis.say(`${runId}:stream`, runId, bareEvent(runId, payload))),
      settle: () => sent.settle(),
      close: async () => redis.disconnect(),
    }
  },

  startViewers: bareViewers,
}

function write(guest: Guest, id: Id, frame: Buffer): void {
  if (id[0] < guest.last[0] || (id[0] === guest.last[0] && id[1] <= guest.last[1])) return
  guest.last = id
  guest.socket.write(frame)
}

function idOf(text: string): Id {
  const dash = text.indexOf('-')
  return [Number(text.slice(0, dash)), Number(text.slice(dash + 1))]
}
