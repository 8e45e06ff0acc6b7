import type { RunEvent } from '@llmmon/core/protocol'
import { describe, expect, it } from 'vitest'
import { iterateEvents } from '../src/event-iterator.js'
import { WatchedRun } from '../src/watched-run.js'

const custom = (seq: number): RunEvent => ({ update_type: 'custom', name: 'n', data: seq, seq, ts: 0 })
const complete = (seq: number): RunEvent => ({ update_type: 'complete', status: 'completed', result: 1, seq, ts: 0 })

function push(run: WatchedRun, ...events: RunEvent[]): void {
  const from = (run.position?.seq ?? 0) + 1
  run.take({ type: 'events', run_id: 'r', epoch: '5', from, to: from + events.length - 1, events })
}

const never = () => () => undefined

describe('iterateEvents', () => {
  it('gives what has been and what comes, and ends behind the end', async () => {
    const run = new WatchedRun('r')
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
    expect(run.listeners.size).toBe(0)
  })

  it('lets several readers go each at its own pace', async () => {
    const run = new WatchedRun('r')
    push(run, custom(1), custom(2), complete(3))
    const fast = iterateEvents(run, never)
    const slow = iterateEvents(run, never)
    expect((await slow.next()).value).toMatchObject({ seq: 1 })
    for await (const _ of fast);

    expect((await slow.next()).value).toMatchObject({ seq: 2 })
  })

  it('leaves nothing behind when it is broken off, when the run fails, or when its monitor closes', async () => {
    const run = new WatchedRun('r')
    push(run, custom(1))
    for await (const _ of iterateEvents(run, never)) break
    let close = () => {}
    const closing = iterateEvents(run, (fn) => {
      close = fn
      return () => undefined
    })
    await closing.next()
    const waiting = closing.next()
    close()
    expect((await waiting).done).toBe(true)
    const failing = iterateEvents(run, never)
    await failing.next()
    const left = failing.next()
    run.fail({ update_type: 'error', status: 'error', error: 'gone', ts: 0 })

    expect((await left).done).toBe(true)
    expect(run.listeners.size).toBe(0)
  })

  it('starts over after a reset', async () => {
    const run = new WatchedRun('r')
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
