import type { CommandAnswer, WriterHost } from '@llmmon/core'
import { freePort, type RedisServer, startRedis, until } from '@llmmon/testkit'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectCommands, connectSubscriber } from '../src/connect.js'
import { Inbox } from '../src/inbox.js'
import { inboxChannel } from '../src/keys.js'
import { resolveRedisOptions } from '../src/options.js'
import { runScript } from '../src/run-script.js'
import { publishScript } from '../src/script.js'
import { Subscriber } from '../src/subscriber.js'

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

function open(url = server.url) {
  const options = resolveRedisOptions({ url })
  const redis = connectCommands(options)
  redis.on('error', () => undefined)
  const publish = async (channel: string, message: string) =>
    Number(await runScript(redis, publishScript, [channel], [message, '0']))
  const subscriber = new Subscriber(connectSubscriber(options), { publish })
  return {
    inbox: new Inbox(publish, subscriber, 'test'),
    subscriber,
    close() {
      subscriber.close()
      redis.disconnect()
    },
  }
}

const host = (hostId: string, answer: () => Promise<CommandAnswer>): WriterHost => ({
  hostId,
  command: answer,
  shutdown: async () => undefined,
})

async function listening(id: string): Promise<void> {
  while (((await admin.pubsub('NUMSUB', inboxChannel('test', id))) as [string, number])[1] === 0);
}

describe('Inbox', () => {
  it('brings a command to another process and its answer back', async () => {
    const [viewer, writer] = [open(), open()]
    writer.inbox.host(host('h1', async () => 'accepted'))
    await listening('h1')

    expect(await viewer.inbox.send('h1', 'r', { type: 'cancel', reason: null })).toBe('accepted')
    viewer.close()
    writer.close()
  })

  it('gives up a writer that was stopped after five seconds, however slow the way there', async () => {
    const viewer = open()
    const writer = open()
    writer.inbox.host(host('h3', () => new Promise(() => undefined)))
    await listening('h3')
    const startedAt = performance.now()
    expect(await viewer.inbox.send('h3', 'r', { type: 'cancel', reason: null })).toBe('no_writer')
    const took = performance.now() - startedAt

    expect(took).toBeGreaterThan(4_900)
    expect(took).toBeLessThan(5_400)
    viewer.close()
    writer.close()
  }, 10_000)

  it('reaches a process that started before its Redis did, and one that asked too early', async () => {
    const port = await freePort()
    const url = `redis://127.0.0.1:${port}`
    const [viewer, writer] = [open(url), open(url)]
    writer.inbox.host(host('h4', async () => 'accepted'))
    const ask = () => viewer.inbox.send('h4', 'r', { type: 'cancel', reason: null })
    await expect(ask()).rejects.toMatchObject({ code: 'transport_failed', retryable: true })
    const late = await startRedis({}, { port })

    expect(await until(async () => (await ask()) === 'accepted')).toBe(true)
    viewer.close()
    writer.close()
    await late.close()
  }, 20_000)

  it('knows at once when nobody is there, and takes a host that fails for none', async () => {
    const [viewer, writer] = [open(), open()]
    writer.inbox.host(host('h2', () => Promise.reject(new Error('broken'))))
    await listening('h2')
    await admin.publish(inboxChannel('test', 'h2'), 'junk')

    expect(await viewer.inbox.send('nobody', 'r', { type: 'cancel', reason: null })).toBe('no_writer')
    expect(await viewer.inbox.send('h2', 'r', { type: 'cancel', reason: null })).toBe('no_writer')
    viewer.close()
    writer.close()
  })
})
