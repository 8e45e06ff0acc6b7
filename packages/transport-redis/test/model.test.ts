import { type EncodedBatch, encodeBatch, type MemoryTransport, memoryTransport, type Transport } from '@llmmon/core'
import { type RedisServer, startRedis, testBatch } from '@llmmon/testkit'
import fc from 'fast-check'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { redisTransport } from '../src/index.js'
import { runKeys } from '../src/keys.js'

/** Histories in `npm test`; a long run sets more. */
const histories = Number(process.env.LLMMON_MODEL_RUNS ?? 50)

type Step =
  | { readonly do: 'claim'; readonly who: 'a' | 'b'; readonly mode: 'new' | 'replace' | 'revive' }
  | {
      readonly do: 'append'
      readonly who: 'a' | 'b'
      readonly size: number
      readonly shift: number
      readonly ends: boolean
    }
  | { readonly do: 'repeat' | 'heartbeat' | 'restore' | 'checkpoint'; readonly who: 'a' | 'b' }
  | { readonly do: 'lose' | 'expire' | 'reap' | 'reserve' }

const who = fc.constantFrom('a' as const, 'b' as const)
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('claim' as const),
      who,
      mode: fc.constantFrom('new' as const, 'replace' as const, 'revive' as const),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('append' as const),
      who,
      size: fc.integer({ min: 1, max: 3 }),
      // Mostly where the writer stands; sometimes too early or too far.
      shift: fc.constantFrom(0, 0, 0, 0, -1, 1),
      ends: fc.constantFrom(false, false, false, true),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('repeat' as const, 'heartbeat' as const, 'restore' as const, 'checkpoint' as const),
      who,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('lose' as const, 'expire' as const, 'reap' as const, 'reserve' as const),
    }),
  },
)

/** A transport and what two writers of it know: their epochs, and what they have written under them. */
interface World {
  readonly transport: Transport
  readonly lose: () => Promise<unknown>
  readonly expire: () => Promise<unknown>
  readonly epochs: { a: string; b: string }
  readonly written: { a: EncodedBatch[]; b: EncodedBatch[] }
  last?: { readonly a?: EncodedBatch; readonly b?: EncodedBatch }
}

const label = { chain: 'c', metadata: { n: 1 }, tags: [] }

async function perform(world: World, step: Step): Promise<unknown> {
  const { transport, epochs, written } = world
  switch (step.do) {
    case 'claim': {
      const answer = await transport.claim({ runId: 'r', owner: step.who, hostId: step.who, mode: step.mode, ...label })
      if (answer.answer === 'ok' && answer.epoch !== epochs[step.who]) {
        epochs[step.who] = answer.epoch
        written[step.who] = []
      }
      return answer.answer
    }
    case 'append': {
      const at = (written[step.who].at(-1)?.to ?? 0) + 1 + step.shift
      if (at < 1) return 'nothing'
      const batch = testBatch('r', epochs[step.who], at, at + step.size - 1, step.ends)
      world.last = { ...world.last, [step.who]: batch }
      const answer = await transport.append({ runId: 'r', batch })
      if (answer.answer === 'ok') written[step.who].push(batch)
      return answer
    }
    case 'repeat': {
      const batch = world.last?.[step.who]
      return batch ? transport.append({ runId: 'r', batch }) : 'nothing'
    }
    case 'heartbeat':
      return transport.heartbeat({ runId: 'r', epoch: epochs[step.who] })
    case 'restore': {
      const epoch = epochs[step.who]
      return transport.restore({
        runId: 'r',
        owner: step.who,
        hostId: step.who,
        epoch,
        segments: [],
        tail: written[step.who],
        ...label,
      })
    }
    case 'checkpoint': {
      const end = written[step.who].at(-1)?.to
      if (end === undefined) return 'nothing'
      const events = [{ update_type: 'custom', name: 'compacted', data: end, seq: end, ts: 0 } as const]
      const segment = encodeBatch(
        { type: 'events', run_id: 'r', epoch: epochs[step.who], from: 1, to: end, events },
        false,
      )
      return transport.checkpoint({ runId: 'r', epoch: epochs[step.who], segments: [segment], replace: true })
    }
    case 'lose':
      await world.lose()
      return 'lost'
    case 'expire':
      await world.expire()
      return 'expired'
    case 'reap':
      return transport.reap('r')
    case 'reserve':
      return transport.reserve({ runId: 'r', ...label, ttlMs: 1e9 })
  }
}

/** What everybody can see, with epochs by their order instead of their value. */
async function seen({ transport, epochs }: World): Promise<unknown> {
  const history = await transport.read('r')
  if (!history) return undefined
  const { state, last, opened, epoch, base } = history.info
  const name = (value: string) =>
    value === epochs.a ? 'a' : value === epochs.b ? 'b' : value === '0' ? 'none' : 'reaper'
  const spans = history.batches.map(({ from, to, closes, epoch: of }) => [from, to, closes, name(of)])
  return { state, last, opened, epoch: name(epoch), base: base && [name(base.epoch), base.to], spans }
}

let server: RedisServer
let admin: Redis
let redis: Transport

beforeAll(async () => {
  server = await startRedis()
  admin = new Redis(server.url)
  redis = redisTransport({ url: server.url })
})

afterAll(async () => {
  await redis.close()
  admin.disconnect()
  await server.close()
})

function memoryWorld(): World {
  let skipped = 0
  const transport: MemoryTransport = memoryTransport({ now: () => Date.now() + skipped, retentionMs: 1e9 })
  return {
    transport,
    lose: async () => transport.lose('r'),
    expire: async () => {
      skipped += 30_000
    },
    epochs: { a: '1', b: '2' },
    written: { a: [], b: [] },
  }
}

async function redisWorld(): Promise<World> {
  const { meta, segments, tail } = runKeys('llmmon', 'r')
  await admin.flushall()
  return {
    transport: redis,
    lose: () => admin.del(meta, segments, tail),
    expire: async () => {
      if ((await admin.hget(meta, 'state')) === 'open') await admin.hset(meta, 'hb', 0)
    },
    epochs: { a: '1', b: '2' },
    written: { a: [], b: [] },
  }
}

describe(`${histories} random histories of two writers, a store that forgets, and reapers`, () => {
  it('get the same answers, and leave the same behind, in memory and in Redis', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
        const [memory, remote] = [memoryWorld(), await redisWorld()]
        for (const each of steps) {
          expect(await perform(remote, each)).toEqual(await perform(memory, each))
          expect(await seen(remote)).toEqual(await seen(memory))
        }
      }),
      { numRuns: histories },
    )
  }, 600_000)
})
