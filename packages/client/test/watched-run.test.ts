import type { Batch, RunEvent } from '@llmmon/core/protocol'
import { compactChunks, foldBatch, initialRunState } from '@llmmon/core/state'
import { arbitraryRun } from '@llmmon/testkit'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { createWatchedRun } from '../src/watched-run.js'

function batch(events: readonly RunEvent[], from: number): Batch {
  return { type: 'events', run_id: 'r', epoch: '5', from, to: events.at(-1)?.seq ?? from, events }
}

describe('createWatchedRun', () => {
  it('comes to the same state, each event seen once, however its frames are cut, doubled and compacted', () => {
    fc.assert(
      fc.property(
        arbitraryRun(),
        fc.array(fc.record({ size: fc.integer({ min: 1, max: 9 }), back: fc.nat(4) })),
        (events, cuts) => {
          const run = createWatchedRun('r')
          const reader = run.log.read()
          const seen: RunEvent[] = []
          const read = () => {
            for (let next = reader(); next && next !== 'reset'; next = reader()) seen.push(next)
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

  it('takes no event that does not stand where its batch says', () => {
    const run = createWatchedRun('r')
    const custom = { update_type: 'custom', name: 'n', data: 1, ts: 0 } as const
    const list = [1, 'x', undefined, 3].map((seq) => ({ ...custom, seq }) as RunEvent)
    run.take({ type: 'events', run_id: 'r', epoch: '5', from: 1, to: 2, events: list })
    const reader = run.log.read()

    expect([reader(), reader()]).toEqual([{ ...custom, seq: 1 }, undefined])
    expect(run.position).toEqual({ epoch: '5', seq: 2 })
  })

  it('refuses a batch behind a hole, and says so', () => {
    const run = createWatchedRun('r')

    expect(run.take(batch([{ update_type: 'custom', name: 'n', data: 1, seq: 3, ts: 0 }], 3))).toBe(false)
    expect(run.position).toBeUndefined()
  })

  it('tells its listeners of a failure and an end once', () => {
    const run = createWatchedRun('r')
    const told = vi.fn()
    run.listeners.add(told)
    run.fail({ message: 'gone', code: 'lost' })
    run.fail({ message: 'again', code: 'lost' })
    run.end()

    expect(told).toHaveBeenCalledTimes(1)
    expect(run.failure).toMatchObject({ update_type: 'error', error: 'gone', code: 'lost' })
    expect(run.store.getSnapshot()).toMatchObject({ status: 'error', error: { message: 'gone', code: 'lost' } })
  })

  it('forgets everything on a reset', () => {
    const run = createWatchedRun('r')
    run.take(batch([{ update_type: 'start', status: 'started', metadata: {}, seq: 1, ts: 0 }], 1))
    run.reset('replaced')

    expect([run.position, run.store.getSnapshot().status, run.log.read()()]).toEqual([undefined, 'pending', undefined])
  })
})
