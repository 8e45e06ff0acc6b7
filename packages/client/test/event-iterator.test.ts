import type { RunEvent } from '@llmmon/core/protocol'
import { describe, expect, it } from 'vitest'
import { iterateEvents } from '../src/event-iterator.js'
import { createWatchedRun, type WatchedRun } from '../src/watched-run.js'

const custom = (seq: number): RunEvent => ({ update_type: 'custom', name: 'n', data: seq, seq, ts: 0 })
const complete = (seq: number): RunEvent => ({ update_type: 'complete', status: 'completed', result: 1, seq, ts: 0 })

function push(run: WatchedRun, ...events: RunEvent[]): void {
  const from = (run.position?.seq ?? 0) + 1
  run.take({ type: 'events', run_id: 'r', epoch: '5', from, to: from + events.length - 1, events })
}

const never = () => false

describe('iterateEvents', () => {
  it('gives what has been and what comes, and ends behind the end', async () => {
    const run = createWatchedRun('r')
    push(run, custom(1))
    const seen: number[] = []
    const reading = (async () => {
      for await (const { seq } of iterateEvents(run, never)) {
        seen.push(seq)
        if (seq === 1) queueMicrotask(() => push(run, custom(2), complete(3)))
      }
    })()
    await reading

    expect(seen).toEqual([1, 2, 3])
    expect(run.listeners.count()).toBe(0)
  })

  it('lets several readers go each at its own pace', async () => {
    const run = createWatchedRun('r')
    push(run, custom(1), custom(2), complete(3))
    const fast = iterateEvents(run, never)
    const slow = iterateEvents(run, never)
    expect((await slow.next()).value).toMatchObject({ seq: 1 })
    for await (const _ of fast);

    expect((await slow.next()).value).toMatchObject({ seq: 2 })
  })

  it('leaves nothing behind when it is broken off, when the run fails, or when its monitor closes', async () => {
    const run = createWatchedRun('r')
    push(run, custom(1))
    for await (const _ of iterateEvents(run, never)) break
    let isClosed = false
    const closing = iterateEvents(run, () => isClosed)
    await closing.next()
    const waiting = closing.next()
    isClosed = true
    run.listeners.tell()
    expect((await waiting).done).toBe(true)
    const failing = iterateEvents(run, never)
    await failing.next()
    const left = failing.next()
    run.fail({ message: 'gone', code: 'lost' })

    expect((await left).done).toBe(true)
    expect(run.listeners.count()).toBe(0)
  })

  it('starts over after a reset', async () => {
    const run = createWatchedRun('r')
    push(run, custom(1), custom(2))
    const reader = iterateEvents(run, never)
    await reader.next()
    run.reset('replaced')
    push(run, custom(1), complete(2))
    const seen: number[] = []
    for await (const { seq } of reader) seen.push(seq)

    expect(seen).toEqual([1, 2])
  })
})
