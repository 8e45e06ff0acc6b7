import type { RunEvent } from '@llmmon/core/protocol'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { deliverEvents } from '../src/event-delivery.js'
import { createHandlerTable, type HandlerTable } from '../src/monitor-handlers.js'
import { createRunOutcome } from '../src/run-outcome.js'
import { createWatchedRun, type WatchedRun } from '../src/watched-run.js'

const custom = (seq: number): RunEvent => ({ update_type: 'custom', name: 'n', data: seq, seq, ts: 0 })
const complete = (seq: number): RunEvent => ({
  update_type: 'complete',
  status: 'completed',
  result: 'done',
  seq,
  ts: 0,
})

let run: WatchedRun
let handlers: HandlerTable
let outcome: ReturnType<typeof createRunOutcome>
let isClosed: boolean
let stop: () => void

beforeEach(() => {
  run = createWatchedRun('r')
  handlers = createHandlerTable()
  outcome = createRunOutcome()
  isClosed = false
  stop = deliverEvents(run, handlers, outcome, () => isClosed)
})

function push(...events: RunEvent[]): void {
  const from = (run.position?.seq ?? 0) + 1
  run.take({ type: 'events', run_id: 'r', epoch: '5', from, to: from + events.length - 1, events })
}

const nextTask = () => new Promise((resolve) => setTimeout(resolve, 0))

describe('deliverEvents', () => {
  it('begins when the task is done, with the first event, and goes on with what comes', async () => {
    const seen: number[] = []
    push(custom(1))
    handlers.onCustom.add(({ seq }) => seen.push(seq))
    handlers.onEvent.add(({ seq }) => seen.push(-seq))
    expect(seen).toEqual([])
    await nextTask()
    push(custom(2), complete(3))

    expect(seen).toEqual([-1, 1, -2, 2, -3])
    expect(await outcome.promise).toBe('done')
  })

  it('tells every handler of an event before anything that one of them causes', async () => {
    const seen: string[] = []
    handlers.onCustom.add(({ seq }) => {
      seen.push(`first ${seq}`)
      if (seq === 1) push(custom(2))
    })
    handlers.onCustom.add(({ seq }) => seen.push(`second ${seq}`))
    push(custom(1))
    await nextTask()

    expect(seen).toEqual(['first 1', 'second 1', 'first 2', 'second 2'])
  })

  it('starts over after a reset, and forgets what late handlers were to be told', async () => {
    const seen: unknown[] = []
    await nextTask()
    push(custom(1), complete(2))
    handlers.onReset.add(({ reason }) => seen.push(reason))
    run.reset('revived')
    handlers.onComplete.add(({ seq }) => seen.push(seq))
    await nextTask()
    expect(seen).toEqual(['revived'])
    push(complete(1))

    expect(seen).toEqual(['revived', 1])
  })

  it('tells once that a run is refused or lost, and not after its end', async () => {
    const told = vi.fn()
    handlers.onError.add(told)
    run.fail({ message: 'gone', code: 'lost' })
    await nextTask()
    run.listeners.tell()
    expect(told).toHaveBeenCalledTimes(1)
    await expect(outcome.promise).rejects.toMatchObject({ code: 'lost', message: 'gone' })

    const ended = createWatchedRun('r')
    const other = createHandlerTable()
    other.onError.add(told)
    deliverEvents(ended, other, createRunOutcome(), () => false)
    ended.take({ type: 'events', run_id: 'r', epoch: '5', from: 1, to: 1, events: [complete(1)] })
    ended.fail({ message: 'closed', code: 'refused' })
    await nextTask()

    expect(told).toHaveBeenCalledTimes(1)
  })

  it('is silent once it is closed, in the middle of a batch too, and once it is stopped', async () => {
    const seen: number[] = []
    handlers.onCustom.add(({ seq }) => {
      seen.push(seq)
      if (seq === 2) isClosed = true
    })
    push(custom(1), custom(2), custom(3))
    await nextTask()
    isClosed = false
    stop()
    push(custom(4))

    expect(seen).toEqual([1, 2])
    expect(run.listeners.count()).toBe(0)
  })
})
