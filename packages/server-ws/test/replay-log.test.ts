import { testBatch } from '@llmmon/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ReplayLog } from '../src/replay-log.js'
import { SharedBatch } from '../src/shared-batch.js'

const shared = (from: number, to: number, epoch = '5') => new SharedBatch(testBatch('r', epoch, from, to))

function filled(...spans: readonly (readonly [number, number])[]): ReplayLog {
  const log = new ReplayLog()
  for (const [from, to] of spans) log.push(shared(from, to))
  return log
}

describe('ReplayLog', () => {
  it('knows where it stands', () => {
    expect([new ReplayLog().newest, new ReplayLog().from]).toEqual([undefined, 1])
    expect([filled([1, 3], [4, 4]).newest?.to, filled([1, 3]).from]).toEqual([4, 1])
  })

  it('gives what holds anything after a number', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1 }), fc.nat(), (sizes, at) => {
        const log = new ReplayLog()
        let from = 1
        for (const size of sizes) {
          log.push(shared(from, from + size - 1))
          from += size
        }
        const seq = at % from
        const found = log.since(seq) ?? []
        expect(found.every(({ to }) => to > seq)).toBe(true)
        expect(found.at(-1)?.to ?? seq).toBe(log.newest?.to)
        if (found[0]) expect(found[0].from).toBeLessThanOrEqual(seq + 1)
      }),
    )
  })

  it('forgets from the front, says so, and takes back what was read again', () => {
    const log = filled([1, 1], [2, 2], [3, 3])
    log.trim(shared(3, 3).text.length)
    expect([log.from, log.since(1), log.since(2)?.length]).toEqual([3, undefined, 1])
    log.prepend([shared(1, 2), shared(3, 3)])

    expect(log.since(0)?.map(({ from, to }) => [from, to])).toEqual([
      [1, 2],
      [3, 3],
    ])
  })

  it('always keeps the newest batch', () => {
    const log = filled([1, 1], [2, 2])
    log.trim(0)

    expect(log.newest?.to).toBe(2)
  })

  it('does not take back what does not join', () => {
    const log = filled([1, 1], [2, 2], [3, 3], [4, 4])
    log.trim(0)
    log.prepend([shared(1, 2)])

    expect(log.from).toBe(4)
  })

  it('does not take back what belongs to another epoch, unless this one continues it', () => {
    const log = filled([1, 2], [3, 3])
    log.trim(0)
    log.prepend([shared(1, 2, '4')])
    log.prepend([shared(1, 2, '6')])
    expect(log.from).toBe(3)
    const reaped = new ReplayLog()
    reaped.push(new SharedBatch({ ...testBatch('r', '6', 4, 4), base: { epoch: '5', to: 3 } }))
    reaped.prepend([shared(1, 3)])

    expect(reaped.from).toBe(1)
  })

  it('gives what holds anything after a number also where what it took back overlaps', () => {
    for (let end = 4; end <= 9; end += 1) {
      const log = filled([1, 4], [5, 5], [6, 6], [7, 7], [8, 8])
      log.trim(shared(5, 5).text.length * 4)
      log.prepend([shared(1, end)])
      for (let seq = 0; seq < 8; seq += 1) {
        const reached = (log.since(seq) ?? []).reduce(
          (at, { from, to }) => (from <= at + 1 ? Math.max(at, to) : at),
          seq,
        )
        expect(reached).toBeGreaterThanOrEqual(8)
      }
      expect(log.newest?.to).toBe(8)
    }
  })

  it('forgets everything where a new history begins', () => {
    const log = filled([1, 3])
    log.clear()

    expect([log.newest, log.length, log.from]).toEqual([undefined, 0, 1])
  })
})
