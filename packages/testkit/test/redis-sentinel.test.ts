import { Redis } from 'ioredis'
import { describe, expect, it } from 'vitest'
import { startSentinelPair } from '../src/redis-sentinel.js'

describe('startSentinelPair', () => {
  it('keeps what was replicated when the primary is killed', async () => {
    const pair = await startSentinelPair()
    const client = new Redis({ ...pair.options, maxRetriesPerRequest: null })
    client.on('error', () => undefined)
    await client.set('key', 'kept')
    await client.wait(1, 1_000)
    const before = await pair.primary()
    await pair.failOver()

    expect(await pair.primary()).not.toBe(before)
    expect(await client.get('key')).toBe('kept')
    client.disconnect()
    await pair.close()
  }, 30_000)
})
