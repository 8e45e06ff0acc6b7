import { type Run, startRun, type Transport } from '@llmmon/core'
import { type RedisServer, startRedis } from '@llmmon/testkit'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runKeys } from '../src/keys.js'
import { redisTransport } from '../src/redis-transport.js'

let server: RedisServer
let admin: Redis
let transport: Transport

beforeAll(async () => {
  server = await startRedis()
  admin = new Redis(server.url)
  transport = redisTransport({ url: server.url })
})

afterAll(async () => {
  await transport.close()
  admin.disconnect()
  await server.close()
})

/** Bytes that Redis needs for everything of a run. */
async function bytesOf(say: (run: Run) => unknown): Promise<number> {
  const run = startRun({ name: 'size', transport })
  await say(run)
  await run.flushed({ timeoutMs: 30_000 })
  const { meta, segments, tail } = runKeys('llmmon', run.runId)
  const sizes = await Promise.all([meta, segments, tail].map((key) => admin.memory('USAGE', key, 'SAMPLES', 0)))
  return sizes.reduce<number>((sum, bytes) => sum + (bytes ?? 0), 0)
}

async function tokens(run: Run, count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) {
    run.token('token ')
    if (i % 100 === 0) await run.flushed()
  }
}

// The figures stand in PROTOCOL.md; what is allowed here is a little more.
describe('what a run costs in Redis', () => {
  it.each([
    ['a run that has only begun', 6_000, () => undefined],
    [
      'three steps and 500 tokens',
      16_000,
      async (run: Run) => {
        for (const name of ['a', 'b', 'c']) await run.step(name, () => 'x'.repeat(100))
        await tokens(run, 500)
        run.complete({ ok: true })
      },
    ],
    [
      '20,000 tokens of 6 characters',
      300_000,
      async (run: Run) => {
        await tokens(run, 20_000)
        run.complete()
      },
    ],
    [
      '1,000 custom events of 200 characters',
      400_000,
      async (run: Run) => {
        for (let i = 0; i < 1_000; i += 1) {
          run.custom('row', 'x'.repeat(200))
          if (i % 10 === 0) await run.flushed()
        }
        run.complete()
      },
    ],
  ])('%s: at most %i bytes', async (name, most, say) => {
    const bytes = await bytesOf(say)
    if (process.env.LLMMON_SIZES) console.log(`${name}: ${bytes} bytes`)

    expect(bytes).toBeLessThan(most)
  })
})
