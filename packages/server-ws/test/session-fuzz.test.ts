import type { IncomingMessage } from 'node:http'
import { closeReaction, decodeServerFrame, memoryTransport, startRun } from '@llmmon/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Channels } from '../src/channels.js'
import { Gate } from '../src/gate.js'
import { allowAnyone, resolveOptions } from '../src/options.js'
import { Seats } from '../src/seats.js'
import { Session } from '../src/session.js'

const numRuns = Number(process.env.LLMMON_FUZZ_FRAMES ?? 20_000) / 20

const fields = ['type', 'ref', 'run_id', 'from', 'token', 'reason', 'n', '__proto__', 'constructor', 'toString']
const words = ['hello', 'subscribe', 'unsubscribe', 'cancel', 'auth', 'ping', 'welcome', 'events', 'r', '__proto__', '']
const position = fc.record({
  epoch: fc.constantFrom('5', '05', '', 'x', 5),
  seq: fc.constantFrom(0, 1, -1, 2 ** 53, '1'),
})
const value = fc.oneof(fc.constantFrom<unknown>(...words), fc.nat(9), position, fc.jsonValue({ maxDepth: 3 }))
const anyFrame = fc.dictionary(fc.constantFrom(...fields), value).map((frame) => JSON.stringify(frame))
const validFrame = fc
  .oneof(
    fc.record({ type: fc.constant('subscribe'), ref: fc.nat(9), run_id: fc.constantFrom('r', 'other', 'a}b') }),
    fc.record({ type: fc.constant('unsubscribe'), ref: fc.nat(9), run_id: fc.constantFrom('r', 'other') }),
    fc.record({ type: fc.constant('cancel'), ref: fc.nat(9), run_id: fc.constantFrom('other', 'a}b') }),
    fc.record({ type: fc.constant('auth'), ref: fc.nat(9), token: fc.constantFrom('good', 'wrong') }),
    fc.record({ type: fc.constant('ping'), n: fc.nat(9) }),
  )
  .map((frame) => JSON.stringify(frame))
const nested = fc.nat(60).map((depth) => `{"type":"hello","x":${'['.repeat(depth)}${']'.repeat(depth)}}`)
const doubled = fc
  .tuple(fc.constantFrom(...words), fc.constantFrom(...words))
  .map(([a, b]) => `{"type":"${a}","type":"${b}"}`)
const junk = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('1e999', '"\\ud800"', '{"type":"ping","n":1e999}', 'null'),
)
const text = fc.oneof({ weight: 4, arbitrary: validFrame }, anyFrame, nested, doubled, junk)

describe('a session', () => {
  it(
    'takes any texts in any order: it answers with frames, or closes by the table, and leaves nothing behind',
    async () => {
      const transport = memoryTransport()
      const run = startRun({ name: 'c', transport, runId: 'r' })
      await run.flushed()
      const authenticate = (_: unknown, { token }: { token: string | undefined }) => (token === 'wrong' ? null : 'u')
      const options = resolveOptions({ transport, authorize: allowAnyone, authenticate })
      const channels = new Channels(options, () => 0)
      const seats = new Seats(20)
      const gate = new Gate(options)
      await fc.assert(
        fc.asyncProperty(fc.boolean(), fc.array(text, { maxLength: 20 }), async (isPolite, texts) => {
          const sent: string[] = []
          const closes: number[] = []
          const arrival = {
            connectionId: 'c',
            request: {} as IncomingMessage,
            identity: undefined,
            identified: () => undefined,
          }
          const session = new Session({ options, gate, channels, seats, now: () => performance.now() }, arrival, {
            bufferedBytes: 0,
            pause: () => undefined,
            resume: () => undefined,
            send: (frame) => sent.push(frame.toString()),
            close: (code) => closes.push(code),
          })
          if (isPolite) session.receive('{"type":"hello"}')
          for (const each of texts) {
            session.receive(each)
            await Promise.resolve()
          }
          await new Promise((resolve) => setImmediate(resolve))
          const wasClosed = closes.length > 0
          const { length } = sent
          if (wasClosed) session.receive('{"type":"ping","n":1}')
          expect(sent).toHaveLength(length)
          session.gone()

          for (const frame of sent) expect(decodeServerFrame(frame)).toBeDefined()
          expect(closes.length).toBeLessThanOrEqual(1)
          for (const code of closes) expect([4400, 4401, 4503]).toContain(code)
          for (const code of closes) expect(closeReaction(code)).toBe(code === 4503 ? 'reconnect' : 'stop')
          expect([session.size, channels.viewers, seats.taken('u')]).toEqual([0, 0, 0])
          expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
          expect(Object.keys(Object.prototype)).toEqual([])
        }),
        { numRuns },
      )
      channels.close()
      await transport.close()
    },
    20_000 + numRuns * 10,
  )
})
