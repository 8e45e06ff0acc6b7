import type { RunEvent } from '@llmmon/core/protocol'
import { foldBatch, initialRunState } from '@llmmon/core/state'
import { arbitraryRun } from '@llmmon/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRunLog, type LogReader } from '../src/run-log.js'

function drain(read: LogReader): RunEvent[] {
  const taken: RunEvent[] = []
  for (let next = read(); next && next !== 'reset'; next = read()) taken.push(next)
  return taken
}

function tokens(count: number): RunEvent[] {
  return Array.from({ length: count }, (_, i) => {
    return { update_type: 'token', channel: 'text', delta: 'ab', at: i * 2, seq: i + 1, ts: 0 }
  })
}

describe('createRunLog', () => {
  it('stays as short as its text: 200,000 tokens are a few events', () => {
    const log = createRunLog()
    const all = tokens(200_000)
    for (let i = 0; i < all.length; i += 100) log.push(all.slice(i, i + 100))

    expect(log.measure()).toBeLessThan(600_000)
    expect(drain(log.read()).length).toBeLessThan(1_100)
  })

  it('looks at what cannot be compacted only when it has doubled', () => {
    const log = createRunLog()
    const all = Array.from({ length: 64_000 }, (_, i): RunEvent => {
      return { update_type: 'custom', name: 'n', data: i, seq: i + 1, ts: 0 }
    })
    const reader = log.read()
    for (let i = 0; i < all.length; i += 100) log.push(all.slice(i, i + 100))

    expect(drain(reader)).toEqual(all)
  })
})

describe('LogReader', () => {
  it('gives every reader every character once, at whatever pace it reads while the log is compacted', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 1_500 }), { maxLength: 8 }), (sizes) => {
        const log = createRunLog()
        const reader = log.read()
        const all = tokens(sizes.reduce((sum, size) => sum + size, 0))
        let text = ''
        let sent = 0
        for (const [index, size] of sizes.entries()) {
          log.push(all.slice(sent, (sent += size)))
          if (index % 2 === 0)
            for (const event of drain(reader)) text += event.update_type === 'token' ? event.delta : ''
        }
        for (const event of drain(reader)) text += event.update_type === 'token' ? event.delta : ''
        expect(text).toBe('ab'.repeat(all.length))
      }),
      { numRuns: 30 },
    )
  })

  it('gives a late reader what folds to the same state', () => {
    fc.assert(
      fc.property(arbitraryRun(), (events) => {
        const log = createRunLog()
        log.push(events)
        expect(foldBatch(initialRunState('r'), drain(log.read()))).toEqual(foldBatch(initialRunState('r'), events))
      }),
    )
  })

  it('says reset to who had something, and starts over', () => {
    const log = createRunLog()
    const reader = log.read()
    const idle = log.read()
    log.push(tokens(2))
    drain(reader)
    log.reset()
    log.push(tokens(1))

    expect(reader()).toBe('reset')
    expect(reader()).toMatchObject({ seq: 1 })
    expect(idle()).toMatchObject({ seq: 1 })
  })
})
