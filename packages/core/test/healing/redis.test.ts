import { type RedisServer, startRedis } from '@llmmon/testkit'
import { redisTransport } from '@llmmon/transport-redis'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Transport } from '../../src/index.js'
import { foundOnce } from './found-once.js'
import { play, step } from './history.js'
import { runId, type World } from './world.js'

/** Histories in `npm test`; a long run sets more. */
const histories = Number(process.env.LLMMON_MODEL_RUNS ?? 50)

const nameOf = (part: string) => `llmmon:{${runId}}:${part}`
const keys = ['meta', 'segments', 'tail'].map(nameOf)

let server: RedisServer
let admin: ReturnType<RedisServer['connect']>
let transport: Transport

beforeAll(async () => {
  server = await startRedis()
  admin = server.connect()
  transport = redisTransport({ url: server.url })
})

afterAll(async () => {
  await transport.close()
  await server.close()
})

const world: World = {
  get transport() {
    return transport
  },
  lose: (part) => (part === 'all' ? admin.del(...keys) : admin.del(nameOf(part))),
  async copy() {
    const dumps = await Promise.all(keys.map((key) => admin.dumpBuffer(key)))
    return () => {
      const back = admin.multi().del(...keys)
      for (const [index, dump] of dumps.entries()) if (dump) back.restore(keys[index] as string, 0, dump)
      return back.exec()
    }
  },
  async expire() {
    if ((await admin.hget(nameOf('meta'), 'state')) === 'open') await admin.hset(nameOf('meta'), 'hb', 0)
  },
}

describe(`${histories} random histories in Redis`, () => {
  it('leave every viewer with all that was said, in order and once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 80 }), async (steps) => {
        await admin.flushall()
        expect(await play(world, steps)).toEqual([])
      }),
      { numRuns: histories, examples: foundOnce },
    )
  }, 600_000)
})
