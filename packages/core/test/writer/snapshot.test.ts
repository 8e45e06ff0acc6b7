import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { snapshot } from '../../src/writer/snapshot.js'

function copyOf(value: unknown): unknown {
  return snapshot(value, 'result', 100_000).value
}

describe('snapshot', () => {
  it('copies plain values as JSON has them', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        expect(JSON.parse(JSON.stringify(copyOf(value)))).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })

  it('keeps nothing of the original', () => {
    const original = { list: [1] }
    const copy = copyOf(original) as { list: number[] }
    original.list.push(2)

    expect(copy).toEqual({ list: [1] })
  })

  it.each([
    ['undefined', undefined, null],
    ['not a number', Number.NaN, null],
    ['a bigint', 12n, '12'],
    ['a date', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['an invalid date', new Date(Number.NaN), null],
    ['a set', new Set([1, 2]), [1, 2]],
    ['a map', new Map([['a', 1]]), { a: 1 }],
    ['an error', new TypeError('bad'), { name: 'TypeError', message: 'bad' }],
    ['bytes', new Uint8Array(7), '[7 bytes]'],
    ['a promise', Promise.resolve(1), '[promise]'],
    ['a function in an object', { f: () => 1, a: 1 }, { a: 1 }],
    ['a hole in an array', [undefined, 1], [null, 1]],
    ['something with toJSON', { toJSON: () => ({ a: 1 }) }, { a: 1 }],
  ])('makes something readable of %s', (_, value, expected) => {
    expect(copyOf(value)).toEqual(expected)
  })

  it('survives whatever can throw', () => {
    const circular: Record<string, unknown> = {}
    circular.self = circular
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    const getter = Object.defineProperty({ a: 1 }, 'b', {
      enumerable: true,
      get: () => {
        throw new Error('no')
      },
    })
    const throwing = {
      toJSON: () => {
        throw new Error('no')
      },
    }
    let deep: unknown = 1
    for (let i = 0; i < 20_000; i += 1) deep = [deep]

    expect(copyOf(circular)).toEqual({ self: '[circular]' })
    expect(copyOf(proxy)).toBe('[unreadable]')
    expect(copyOf(getter)).toEqual({ a: 1, b: '[unreadable]' })
    expect(copyOf({ throwing })).toEqual({ throwing: '[unreadable]' })
    expect(JSON.stringify(copyOf(deep)).length).toBeLessThan(200)
  })

  it('keeps a key named __proto__ as a key', () => {
    const copy = copyOf(JSON.parse('{"__proto__":{"polluted":1}}')) as object

    expect(Object.keys(copy)).toEqual(['__proto__'])
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
  })

  it('withholds the values of secret-looking keys', () => {
    expect(copyOf({ api_key: 'x', Authorization: 'y', tokens: 7, nested: { password: 'z' } })).toEqual({
      api_key: '[redacted]',
      Authorization: '[redacted]',
      tokens: 7,
      nested: { password: '[redacted]' },
    })
  })

  it('stops when its budget is used up, and says where', () => {
    const { value, truncated } = snapshot({ a: 'x'.repeat(50), b: ['y'.repeat(500), 1, 2] }, 'result', 200)

    expect(truncated).toEqual(['result.b[0]', 'result.b[1]'])
    expect(JSON.stringify(value).length).toBeLessThan(260)
  })

  it('stays near its budget for any value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.integer({ min: 10, max: 500 }), (value, budget) => {
        const copy = snapshot(value, 'result', budget)
        const size = JSON.stringify(copy.value).length
        // Characters that JSON escapes, and the names and brackets on the way out of a cut, are not in the count.
        expect(size).toBeLessThan(budget * 6 + 400)
      }),
    )
  })

  it('never cuts a character in two', () => {
    for (let budget = 5; budget < 30; budget += 1) {
      const { value } = snapshot('👩‍🚀'.repeat(20), 'result', budget)
      expect(value).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])/)
    }
  })

  it('does not slice a text that is out of all proportion', () => {
    expect(copyOf('x'.repeat(9_000_000))).toBe('[text of 9000000 characters]')
  })
})
