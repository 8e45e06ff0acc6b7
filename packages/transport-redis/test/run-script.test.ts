import { type RedisServer, startRedis } from '@llmmon/testkit'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runKeys } from '../src/keys.js'
import { runScript } from '../src/run-script.js'
import { readScript, reserveScript, storeCancelScript } from '../src/script.js'

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

function keysOf(runId: string): string[] {
  const { meta, segments, tail } = runKeys('test', runId)
  return [meta, segments, tail]
}

describe('runScript', () => {
  it('runs a script that Redis does not know, and again after it has forgotten it', async () => {
    const keys = keysOf('a')
    expect(await runScript(redis, reserveScript, keys, ['{}', 60_000])).toBe('ok')
    await redis.script('FLUSH')

    expect(await runScript(redis, reserveScript, keys, ['{}', 60_000])).toBe('exists')
  })

  it('tells a key of the wrong kind from trouble that passes', async () => {
    const keys = keysOf('b')
    await redis.set(keys[0] ?? '', 'somebody else was here')
    const wrong = { code: 'transport_failed', retryable: false }

    await expect(runScript(redis, storeCancelScript, keys, ['{}'])).rejects.toMatchObject(wrong)
  })

  it('fails in its time where Redis does not answer, as something to try again', async () => {
    const gone = new Redis('redis://127.0.0.1:1', { lazyConnect: true })
    gone.on('error', () => undefined)

    await expect(runScript(gone, readScript, keysOf('c'), [])).rejects.toMatchObject({ retryable: true })
    gone.disconnect()
  })
})
