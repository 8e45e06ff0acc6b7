import { type RedisServer, startRedis } from '@llmmon/testkit'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readEntries } from '../src/read-entries.js'

let server: RedisServer
let redis: Redis

beforeAll(async () => {
  server = await startRedis()
  redis = new Redis(server.url)
})

afterAll(async () => {
  redis.disconnect()
  await server.close()
})

describe('readEntries', () => {
  it('reads so many entries of a stream, from an id on', async () => {
    for (const n of [1, 2, 3]) await redis.xadd('stream', `5-${n}`, 'text', `t${n}`)

    expect(await readEntries(redis, 'stream', '-', 2)).toEqual([
      ['5-1', ['text', 't1']],
      ['5-2', ['text', 't2']],
    ])
    expect(await readEntries(redis, 'stream', '(5-2', 2)).toEqual([['5-3', ['text', 't3']]])
  })

  it('finds none where there is nothing, or something else', async () => {
    await redis.set('other', 'somebody else was here')

    expect(await readEntries(redis, 'nowhere', '-', 2)).toEqual([])
    expect(await readEntries(redis, 'other', '-', 2)).toEqual([])
  })

  it('fails in its time where Redis does not answer, as something to try again', async () => {
    const gone = new Redis('redis://127.0.0.1:1', { lazyConnect: true })
    gone.on('error', () => undefined)

    await expect(readEntries(gone, 'stream', '-', 1)).rejects.toMatchObject({ retryable: true })
    gone.disconnect()
  })
})
