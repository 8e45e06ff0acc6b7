import { type RedisServer, startRedis } from '@llmmon/testkit'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectSubscriber } from '../src/connect.js'
import { resolveRedisOptions } from '../src/options.js'
import { Subscriber, type SubscriberOptions } from '../src/subscriber.js'

let server: RedisServer
let admin: Redis

beforeAll(async () => {
  server = await startRedis()
  admin = new Redis(server.url)
})

afterAll(async () => {
  admin.disconnect()
  await server.close()
})

const publish = (channel: string, message: string) => admin.publish(channel, message)

function open(options: Partial<SubscriberOptions> = {}): Subscriber {
  return new Subscriber(connectSubscriber(resolveRedisOptions({ url: server.url })), { publish, ...options })
}

describe('Subscriber', () => {
  it('misses nothing that is published once it has said that it listens', async () => {
    const subscriber = open()
    const heard: string[] = []
    const both = new Promise<void>((resolve) => {
      const listener = (name: string) => ({
        message: (text: string) => {
          heard.push(`${name} ${text}`)
          if (heard.length === 2) resolve()
        },
        interrupted: () => undefined,
        active: () => undefined,
      })
      void Promise.all([subscriber.listen('c', listener('a')), subscriber.listen('c', listener('b'))]).then(() =>
        admin.publish('c', 'x'),
      )
    })
    await both

    expect(heard).toEqual(['a x', 'b x'])
    expect(subscriber.size).toBe(1)
    subscriber.close()
  })

  it('listens on a channel as long as somebody does', async () => {
    const subscriber = open()
    const listener = { message: () => undefined, interrupted: () => undefined, active: () => undefined }
    const other = { ...listener }
    const [leave, leaveOther] = [await subscriber.listen('d', listener), await subscriber.listen('d', other)]
    leave()
    leave()
    expect(subscriber.size).toBe(1)
    leaveOther()

    expect(subscriber.size).toBe(0)
    subscriber.close()
  })

  it('says when it was cut off, and listens again by itself, every time', async () => {
    const subscriber = open()
    const calls: string[] = []
    let back = () => {}
    await subscriber.listen('e', {
      message: (text) => calls.push(text),
      interrupted: () => calls.push('interrupted'),
      active: () => {
        calls.push('active')
        back()
      },
    })
    for (let i = 0; i < 5; i += 1) {
      const again = new Promise<void>((resolve) => {
        back = resolve
      })
      await admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
      await again
      expect(await admin.publish('e', `message ${i}`)).toBe(1)
    }

    expect(calls.filter((call) => !call.startsWith('message'))).toEqual(Array(5).fill(['interrupted', 'active']).flat())
    subscriber.close()
  })

  it('hears what is published per shard', async () => {
    const subscriber = open({ sharded: true })
    const message = new Promise((resolve) => {
      const listener = { message: resolve, interrupted: () => undefined, active: () => undefined }
      void subscriber.listen('f', listener).then(() => admin.spublish('f', 'x'))
    })

    expect(await message).toBe('x')
    subscriber.close()
  })

  it('connects anew when what is published does not arrive, and leaves it when it does or nothing can be published', async () => {
    let how: 'lost' | 'refused' | 'fine' = 'fine'
    const subscriber = open({
      publish: async (channel, message) => {
        if (how === 'refused') throw new Error('down')
        return how === 'lost' ? 0 : admin.publish(channel, message)
      },
    })
    const calls: string[] = []
    let back = () => {}
    await subscriber.listen('{g}:live', {
      message: (text) => calls.push(text),
      interrupted: () => calls.push('interrupted'),
      active: () => {
        calls.push('active')
        back()
      },
    })
    await subscriber.check()
    how = 'refused'
    await subscriber.check()
    expect(calls).toEqual([])
    how = 'lost'
    const isBack = new Promise<void>((resolve) => {
      back = resolve
    })
    await subscriber.check()
    await isBack

    expect(calls).toEqual(['interrupted', 'active'])
    subscriber.close()
  }, 10_000)
})
