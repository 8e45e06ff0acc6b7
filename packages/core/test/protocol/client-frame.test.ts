import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeClientFrame, LlmmonError } from '../../src/protocol/index.js'

const good = [
  { type: 'hello', token: 't' },
  { type: 'subscribe', ref: 1, run_id: 'r', from: { epoch: '5', seq: 3 }, token: 't' },
  { type: 'unsubscribe', ref: 2, run_id: 'r' },
  { type: 'cancel', ref: 3, run_id: 'r', reason: 'enough' },
  { type: 'auth', ref: 4, token: 't' },
  { type: 'ping', n: 5 },
]

describe('decodeClientFrame', () => {
  it.each(good)('reads $type', (frame) => {
    expect(decodeClientFrame(JSON.stringify(frame))).toEqual({ kind: 'frame', frame })
  })

  it('picks known fields only', () => {
    const decoded = decodeClientFrame('{"type":"ping","n":1,"__proto__":{"polluted":true},"extra":[1]}')

    expect(decoded).toEqual({ kind: 'frame', frame: { type: 'ping', n: 1 } })
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })

  it.each(['__proto__', 'a}b', 'line\nbreak', '', 'x'.repeat(129)])(
    'takes the malformed run id %j as that of no run',
    (run_id) => {
      expect(decodeClientFrame(JSON.stringify({ type: 'subscribe', ref: 1, run_id }))).toMatchObject({
        frame: { run_id: '' },
      })
    },
  )

  it('tells a frame of a later version apart from a broken one', () => {
    expect(decodeClientFrame('{"type":"teleport","ref":7}')).toEqual({ kind: 'unknown', type: 'teleport', ref: 7 })
  })

  it.each([
    ['no JSON', 'hello'],
    ['no object', '"hello"'],
    ['no type', '{}'],
    ['a ref that is text', '{"type":"subscribe","ref":"1","run_id":"r"}'],
    ['a run id that is a number', '{"type":"subscribe","ref":1,"run_id":7}'],
    ['a position without epoch', '{"type":"subscribe","ref":1,"run_id":"r","from":{"seq":1}}'],
    ['a huge number', '{"type":"ping","n":1e999}'],
    ['a token that is too long', `{"type":"hello","token":"${'x'.repeat(8_193)}"}`],
    ['nesting that is too deep', `{"type":"hello","x":${'['.repeat(33)}${']'.repeat(33)}}`],
  ])('refuses %s with our error', (_, text) => {
    expect(() => decodeClientFrame(text)).toThrow(LlmmonError)
  })

  it('never throws anything but our error, whatever is in any field', () => {
    const fields = fc.record({
      type: fc.oneof(fc.constantFrom(...good.map(({ type }) => type)), fc.string()),
      ref: fc.jsonValue(),
      run_id: fc.jsonValue(),
      from: fc.jsonValue(),
      token: fc.jsonValue(),
      reason: fc.jsonValue(),
      n: fc.jsonValue(),
    })
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fields.map((value) => JSON.stringify(value)),
        ),
        (text) => {
          try {
            decodeClientFrame(text)
          } catch (error) {
            expect(LlmmonError.isInstance(error)).toBe(true)
          }
        },
      ),
      { numRuns: 1_000 },
    )
  })
})
