import { describe, expect, it, vi } from 'vitest'
import type { Draft } from '../../src/writer/draft.js'
import { defaultWriterLimits } from '../../src/writer/limits.js'
import { PublishedRun } from '../../src/writer/published-run.js'

const token: Draft = { update_type: 'token', channel: 'text', delta: 'a', at: 0, ts: 1 }

function makeRun(): PublishedRun {
  return new PublishedRun(
    {
      runId: 'r',
      chain: 'c',
      metadata: {},
      tags: [],
      ifExists: 'refuse',
      limits: defaultWriterLimits,
      heartbeatMs: 5_000,
      onStopped: () => undefined,
      onCancel: () => undefined,
    },
    { cancel: () => 'accepted', abandon: () => undefined },
  )
}

/** Has a run claimed, and given a token just after it was written. */
function gatheringRun(): PublishedRun {
  const run = makeRun()
  const claim = run.writer.next(0)
  if (claim) run.writer.answered(claim, { answer: 'ok', epoch: '1' }, 0)
  run.pace.wrote(1_000)
  run.writer.push({ ...token }, 0, 1_000)
  return run
}

function store(run: PublishedRun): void {
  const request = run.writer.next(1_000)
  if (request?.op === 'append') run.writer.answered(request, { answer: 'ok', last: request.batch.to }, 1_000)
  run.told()
}

describe('PublishedRun', () => {
  it('may gather tokens for a while after it was written', () => {
    const run = gatheringRun()

    expect([run.mayGather(1_001), run.mayGather(1_010)]).toEqual([true, false])
  })

  it('may not where somebody waits for what was said', async () => {
    const run = gatheringRun()
    const flushed = run.flushed(1_000)
    expect(run.mayGather(1_001)).toBe(false)
    store(run)

    expect(await flushed).toBe(true)
    run.writer.push({ ...token, at: 1 }, 0, 1_000)
    expect(run.mayGather(1_001)).toBe(true)
  })

  it('resolves for what was said before, though more is said all the time', async () => {
    const run = gatheringRun()
    const flushed = run.flushed(60_000)
    const request = run.writer.next(1_000)
    run.writer.push({ ...token, at: 1 }, 0, 1_000)
    if (request?.op === 'append') run.writer.answered(request, { answer: 'ok', last: 1 }, 1_000)
    run.told()

    expect(await flushed).toBe(true)
  })

  it('resolves false for what does not get there in time, and forgets who waited', async () => {
    vi.useFakeTimers()
    const run = gatheringRun()
    const flushed = run.flushed(50)
    run.told()
    vi.advanceTimersByTime(50)
    vi.useRealTimers()

    expect(await flushed).toBe(false)
    expect(run.mayGather(1_001)).toBe(true)
  })

  it('resolves false once it was stopped', async () => {
    const run = gatheringRun()
    const flushed = run.flushed(60_000)
    run.writer.next(1_000)
    run.writer.failed(new Error('refused'), false, 1_000, 0)
    run.told()

    expect(await flushed).toBe(false)
  })
})
