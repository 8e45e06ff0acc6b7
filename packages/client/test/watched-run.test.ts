import type { Batch, RunEvent } from '@llmmon/core/protocol'
import { compactChunks, foldBatch, initialRunState } from '@llmmon/core/state'
import { arbitraryRun } from '@llmmon/testkit'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { LogCursor } from '../src/run-log.js'
import { WatchedRun } from '../src/watched-run.js'

function batch(events: readonly RunEvent[], from: number): Batch {
  return { type: 'events', run_id: 'r', epoch: '5', from, to: events.at(-1)?.seq ?? from, events }
}

describe('WatchedRun', () => {
  it('comes to the same state, each event seen once, however its frames are cut, doubled and compacted', () => {
    fc.assert(
      fc.property(
        arbitraryRun(),
        fc.array(fc.record({ size: fc.integer({ min: 1, max: 9 }), back: fc.nat(4) })),
        (events, cuts) => {
          const run = new WatchedRun('r')
          const cursor = new LogCursor(run.log)
          const seen: RunEvent[] = []
          const read = () => {
            for (let next = cursor.next(); next && next !== 'reset'; next = cursor.next()) seen.push(next)
          }
          for (const { size, back } of cuts) {
            const at = run.position?.seq ?? 0
            const from = Math.max(0, at - back)
            const part = events.slice(from, at + size)
            if (part.length > 0) run.take(batch(part, from + 1))
            read()
          }
          let from = 1
          for (const chunk of compactChunks(events, 300)) {
            run.take(batch(chunk, from))
            from = (chunk.at(-1)?.seq ?? 0) + 1
          }
          read()
          const others = seen.filter(({ update_type }) => update_type !== 'token').map(({ seq }) => seq)
          run.store.flush()

          expect(others).toEqual([...new Set(others)].sort((a, b) => a - b))
          expect(run.store.getSnapshot()).toMatchObject(foldBatch(initialRunState('r'), events))
        },
      ),
    )
  })

  it('refuses a batch behind a hole, and says so', () => {
    const run = new WatchedRun('r')

    expect(run.take(batch([{ update_type: 'custom', name: 'n', data: 1, seq: 3, ts: 0 }], 3))).toBe(false)
    expect(run.position).toBeUndefined()
  })

  it('tells its listeners of a failure and an end once', () => {
    const run = new WatchedRun('r')
    const listener = { advanced: vi.fn(), failed: vi.fn(), ended: vi.fn() }
    run.listeners.add(listener)
    const event = { update_type: 'error', status: 'error', error: 'gone', code: 'lost', ts: 1 } as const
    run.fail(event)
    run.fail(event)
    run.end()

    expect([listener.failed.mock.calls.length, listener.ended.mock.calls.length]).toEqual([1, 0])
    expect(run.store.getSnapshot()).toMatchObject({ status: 'error', error: { message: 'gone', code: 'lost' } })
  })

  it('forgets everything on a reset', () => {
    const run = new WatchedRun('r')
    run.take(batch([{ update_type: 'start', status: 'started', metadata: {}, seq: 1, ts: 0 }], 1))
    run.reset('replaced')

    expect([run.position, run.store.getSnapshot().status, run.log.after(0)]).toEqual([undefined, 'pending', undefined])
  })
})
