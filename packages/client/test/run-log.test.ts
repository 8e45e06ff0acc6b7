import type { RunEvent } from '@llmmon/core/protocol'
import { foldBatch, initialRunState } from '@llmmon/core/state'
import { arbitraryRun } from '@llmmon/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LogCursor, RunLog } from '../src/run-log.js'

function drain(cursor: LogCursor): RunEvent[] {
  const taken: RunEvent[] = []
  for (let next = cursor.next(); next && next !== 'reset'; next = cursor.next()) taken.push(next)
  return taken
}

function tokens(count: number): RunEvent[] {
  return Array.from({ length: count }, (_, i) => {
    return { update_type: 'token', channel: 'text', delta: 'ab', at: i * 2, seq: i + 1, ts: 0 }
  })
}

describe('RunLog', () => {
  it('stays as short as its text: 200,000 tokens are a few events', () => {
    const log = new RunLog()
    const all = tokens(200_000)
    for (let i = 0; i < all.length; i += 100) log.push(all.slice(i, i + 100))

    expect(log.length).toBeLessThan(600_000)
    expect(drain(new LogCursor(log)).length).toBeLessThan(1_100)
  })

  it('finds the first event after a number', () => {
    const log = new RunLog()
    log.push(tokens(3))

    expect([0, 2, 3].map((seq) => log.after(seq)?.seq)).toEqual([1, 3, undefined])
  })
})

describe('LogCursor', () => {
  it('gives every reader every character once, at whatever pace it reads while the log is compacted', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 1_500 }), { maxLength: 8 }), (sizes) => {
        const log = new RunLog()
        const cursor = new LogCursor(log)
        const all = tokens(sizes.reduce((sum, size) => sum + size, 0))
        let text = ''
        let sent = 0
        for (const [index, size] of sizes.entries()) {
          log.push(all.slice(sent, (sent += size)))
          if (index % 2 === 0)
            for (const event of drain(cursor)) text += event.update_type === 'token' ? event.delta : ''
        }
        for (const event of drain(cursor)) text += event.update_type === 'token' ? event.delta : ''
        expect(text).toBe('ab'.repeat(all.length))
      }),
      { numRuns: 30 },
    )
  })

  it('gives a late reader what folds to the same state', () => {
    fc.assert(
      fc.property(arbitraryRun(), (events) => {
        const log = new RunLog()
        log.push(events)
        expect(foldBatch(initialRunState('r'), drain(new LogCursor(log)))).toEqual(
          foldBatch(initialRunState('r'), events),
        )
      }),
    )
  })

  it('says reset to who had something, and starts over', () => {
    const log = new RunLog()
    const reader = new LogCursor(log)
    const idle = new LogCursor(log)
    log.push(tokens(2))
    drain(reader)
    log.reset()
    log.push(tokens(1))

    expect(reader.next()).toBe('reset')
    expect(reader.next()).toMatchObject({ seq: 1 })
    expect(idle.next()).toMatchObject({ seq: 1 })
  })
})
