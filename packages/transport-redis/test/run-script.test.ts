import { type RedisServer, startRedis } from '@llmmon/testkit'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runKeys } from '../src/keys.js'
import { runScript } from '../src/run-script.js'
import { readScript, reserveScript } from '../src/script.js'

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

describe('runScript', () => {
  it('runs a script that Redis does not know, and again after it has forgotten it', async () => {
    const keys = runKeys('test', 'a')
    expect(await runScript(redis, reserveScript, keys, ['{}', 60_000])).toBe('ok')
    await redis.script('FLUSH')

    expect(await runScript(redis, reserveScript, keys, ['{}', 60_000])).toBe('exists')
  })

  it('tells a key of the wrong kind from trouble that passes', async () => {
    const keys = runKeys('test', 'b')
    await redis.set(keys.meta, 'somebody else was here')

    await expect(runScript(redis, readScript, keys, ['1'])).rejects.toMatchObject({ code: 'transport_failed' })
  })

  it('fails in its time where Redis does not answer, as something to try again', async () => {
    const gone = new Redis('redis://127.0.0.1:1', { lazyConnect: true })
    gone.on('error', () => undefined)

    await expect(runScript(gone, readScript, runKeys('test', 'c'), ['1'])).rejects.toMatchObject({ retryable: true })
    gone.disconnect()
  })
})
