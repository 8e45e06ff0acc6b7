import { beforeEach, describe, expect, it } from 'vitest'
import { decodeBatch, type RunInfo } from '../../src/index.js'
import type { Draft } from '../../src/writer/draft.js'
import { defaultWriterLimits } from '../../src/writer/limits.js'
import { RunWriter, type WriterPhase } from '../../src/writer/run-writer.js'
import type { WriterAnswer, WriterRequest } from '../../src/writer/writer-request.js'

let stopped: string[]
let cancelled: (string | null)[]
let now: number

beforeEach(() => {
  stopped = []
  cancelled = []
  now = 1_000
})

function makeWriter(ifExists: 'refuse' | 'replace' = 'refuse'): RunWriter {
  return new RunWriter({
    runId: 'r',
    chain: 'c',
    metadata: {},
    tags: [],
    ifExists,
    limits: defaultWriterLimits,
    heartbeatMs: 5_000,
    onStopped: (code) => stopped.push(code),
    onCancel: (reason) => cancelled.push(reason),
  })
}

const custom: Draft = { update_type: 'custom', name: 'n', data: 1, ts: 1 }
const complete: Draft = { update_type: 'complete', status: 'completed', result: 1, ts: 1 }

function push(writer: RunWriter, draft: Draft = custom): void {
  writer.push({ ...draft }, 1, 1_000_000)
}

function take(writer: RunWriter): WriterRequest {
  const request = writer.next(now)
  if (!request) throw new Error('Expected the writer to want something.')
  return request
}

function answer(writer: RunWriter, request: WriterRequest, kind: string, last = 0): void {
  const claimed = kind === 'ok' ? { answer: 'ok', epoch: '100' } : { answer: kind }
  const reply = request.op === 'claim' ? claimed : { answer: kind, last }
  writer.answered(request, reply as WriterAnswer, now)
}

function open(): RunWriter {
  const writer = makeWriter()
  answer(writer, take(writer), 'ok')
  return writer
}

describe('RunWriter', () => {
  it('claims first, and seals only then', () => {
    const writer = makeWriter()
    push(writer)
    const claim = take(writer)
    expect(claim).toEqual({ op: 'claim', mode: 'new' })
    expect(writer.next(now)).toBeUndefined()
    answer(writer, claim, 'ok')
    const append = take(writer)

    expect(append.op === 'append' && decodeBatch(append.batch.text)).toMatchObject({ epoch: '100', from: 1, to: 1 })
  })

  it('has one request out at a time, and gathers meanwhile', () => {
    const writer = open()
    push(writer)
    const first = take(writer)
    push(writer)
    push(writer)
    expect(writer.next(now)).toBeUndefined()
    answer(writer, first, 'ok', 1)
    const second = take(writer)

    expect(second.op === 'append' && [second.batch.from, second.batch.to]).toEqual([2, 3])
  })

  it('hands on a cancel that came before the run', () => {
    const writer = makeWriter()
    const claim = take(writer)
    writer.answered(claim, { answer: 'ok', epoch: '1', cancel: { reason: 'early' } }, now)

    expect(cancelled).toEqual(['early'])
  })

  it.each<[string, string, WriterPhase, string[]]>([
    ['claim', 'exists', 'stopped', ['run_exists']],
    ['append', 'ok', 'open', []],
    ['append', 'dup', 'open', []],
    ['append', 'gap', 'restoring', []],
    ['append', 'lost', 'restoring', []],
    ['append', 'fenced', 'reviving', []],
    ['append', 'closed', 'stopped', ['fenced']],
    ['heartbeat', 'ok', 'open', []],
    ['heartbeat', 'gap', 'restoring', []],
    ['heartbeat', 'lost', 'restoring', []],
    ['heartbeat', 'fenced', 'reviving', []],
    ['heartbeat', 'closed', 'stopped', ['fenced']],
    ['restore', 'ok', 'open', []],
    ['restore', 'dup', 'open', []],
    ['restore', 'gap', 'restoring', []],
    ['restore', 'lost', 'restoring', []],
    ['restore', 'fenced', 'reviving', []],
    ['restore', 'closed', 'stopped', ['fenced']],
    ['revive', 'ok', 'restoring', []],
    ['revive', 'fenced', 'stopped', ['fenced']],
    ['revive', 'closed', 'stopped', ['fenced']],
    ['revive', 'exists', 'stopped', ['fenced']],
  ])('when a %s is answered %s, is %s', (op, kind, phase, codes) => {
    const writer = op === 'claim' ? makeWriter() : open()
    if (op !== 'claim') {
      if (op === 'heartbeat') now += 5_000
      else push(writer)
      if (op === 'restore') answer(writer, take(writer), 'lost')
      if (op === 'revive') answer(writer, take(writer), 'fenced')
    }
    answer(writer, take(writer), kind, kind === 'gap' ? 77 : 1)

    expect([writer.phase, stopped]).toEqual([phase, codes])
  })

  it('fills a gap from what it has kept, then goes on', () => {
    const writer = open()
    for (let i = 1; i <= 3; i += 1) {
      push(writer)
      answer(writer, take(writer), 'ok', i)
    }
    push(writer)
    answer(writer, take(writer), 'gap', 1)
    const sent: number[] = []
    for (let request = writer.next(now); request?.op === 'append'; request = writer.next(now)) {
      sent.push(request.batch.from)
      answer(writer, request, 'ok', request.batch.to)
    }

    expect(sent).toEqual([2, 3, 4])
    expect(writer.isStored).toBe(true)
  })

  it('restores a lost run from its own history, under its own numbers', () => {
    const writer = open()
    push(writer)
    answer(writer, take(writer), 'ok', 1)
    push(writer)
    answer(writer, take(writer), 'lost')
    const restore = take(writer)
    expect(restore.op === 'restore' && restore.request).toMatchObject({
      epoch: '100',
      segments: [],
      tail: [{ from: 1, to: 1 }],
    })
    answer(writer, restore, 'ok', 1)
    const again = take(writer)

    expect(again.op === 'append' && again.batch).toMatchObject({ epoch: '100', from: 2, to: 2 })
  })

  it('comes back under a new epoch after it was given up for dead', () => {
    const writer = open()
    push(writer)
    answer(writer, take(writer), 'ok', 1)
    push(writer)
    answer(writer, take(writer), 'fenced')
    const revive = take(writer)
    expect(revive).toEqual({ op: 'claim', mode: 'revive', epoch: '100' })
    writer.answered(revive, { answer: 'ok', epoch: '200' }, now)
    const restore = take(writer)
    answer(writer, restore, 'ok', 1)
    const append = take(writer)

    expect(restore.op === 'restore' && restore.request).toMatchObject({
      epoch: '200',
      tail: [{ epoch: '200', from: 1 }],
    })
    expect(append.op === 'append' && append.batch).toMatchObject({ epoch: '200', from: 2 })
  })

  it('makes a failed request again, later each time, with the same batch', () => {
    const writer = open()
    push(writer)
    const first = take(writer)
    writer.failed(new Error('down'), true, now, 1)
    expect(writer.next(now)).toBeUndefined()
    now += 100
    expect(take(writer)).toEqual(first)
    writer.failed(new Error('down'), true, now, 1)
    now += 100
    expect(writer.next(now)).toBeUndefined()
    now += 100

    expect(take(writer)).toEqual(first)
  })

  it('stops, once, where trying again makes no sense', () => {
    const writer = open()
    push(writer)
    take(writer)
    writer.failed(new Error('forbidden'), false, now, 0)
    push(writer)

    expect([writer.phase, stopped, writer.isSettled, writer.isStored]).toEqual([
      'stopped',
      ['transport_failed'],
      true,
      false,
    ])
    expect(writer.next(now)).toBeUndefined()
  })

  it('gives a sign of life when it has been quiet, and only then', () => {
    const writer = open()
    now += 4_999
    expect(writer.next(now)).toBeUndefined()
    expect(writer.wakeAt).toBe(6_000)
    now += 1

    expect(take(writer)).toEqual({ op: 'heartbeat', epoch: '100' })
  })

  /** An ended run at its next look, which finds this. */
  function look(writer: RunWriter, wait: number, found: Partial<RunInfo> | undefined): void {
    now += wait - 1
    expect(writer.next(now)).toBeUndefined()
    now += 1
    expect(writer.wakeAt).toBeLessThanOrEqual(now)
    const verify = take(writer)
    expect(verify.op).toBe('verify')
    writer.answered(verify, found as RunInfo | undefined, now)
  }

  function ended(): RunWriter {
    const writer = open()
    push(writer, complete)
    answer(writer, take(writer), 'ok', 1)
    expect(writer.phase).toBe('ended')
    return writer
  }

  it('looks three times within the minute after the end whether the store still has the run', () => {
    const writer = ended()
    for (const wait of [5_000, 15_000, 40_000]) look(writer, wait, { epoch: '100', last: 1, state: 'closed' })

    expect(writer.phase).toBe('done')
    expect(writer.wakeAt).toBeUndefined()
  })

  it.each([
    ['nothing', undefined],
    ['less of it', { epoch: '100', last: 0, state: 'open' as const }],
    ['an older epoch of it', { epoch: '99', last: 7, state: 'open' as const }],
  ])('puts an ended run back when a look finds %s, and looks again', (_, found) => {
    const writer = ended()
    look(writer, 5_000, found)
    const restore = take(writer)
    expect(restore.op).toBe('restore')
    answer(writer, restore, 'ok', 1)
    expect(writer.phase).toBe('ended')
    look(writer, 15_000, { epoch: '100', last: 1, state: 'closed' })
    look(writer, 40_000, undefined)
    answer(writer, take(writer), 'ok', 1)

    expect(writer.phase).toBe('done')
  })

  it('takes an ended run back that was given up after the store had been rolled back', () => {
    const writer = ended()
    look(writer, 5_000, { epoch: '101', last: 1, state: 'abandoned' })
    const claim = take(writer)
    expect(claim).toEqual({ op: 'claim', mode: 'revive', epoch: '100' })
    writer.answered(claim, { answer: 'ok', epoch: '102' }, now)
    const restore = take(writer)
    expect(restore).toMatchObject({ op: 'restore', request: { epoch: '102', tail: [{ epoch: '102', closes: true }] } })
    answer(writer, restore, 'ok', 1)

    expect(writer.phase).toBe('ended')
  })

  it('puts its run back where it wanted to revive one that the store has forgotten meanwhile', () => {
    const writer = open()
    push(writer)
    answer(writer, take(writer), 'fenced')
    answer(writer, take(writer), 'lost')

    expect(take(writer)).toMatchObject({ op: 'restore', request: { epoch: '100' } })
  })

  it('lets an ended run be that somebody has replaced', () => {
    const writer = ended()
    look(writer, 5_000, { epoch: '101', last: 9, state: 'open' })

    expect(writer.phase).toBe('done')
  })

  it('compacts its history when that is due', () => {
    const writer = open()
    for (let i = 0; i < 1_001; i += 1) push(writer)
    const ops: string[] = []
    for (let request = writer.next(now); request; request = writer.next(now)) {
      ops.push(request.op)
      answer(writer, request, 'ok')
    }

    expect(ops).toEqual(['append', 'append', 'checkpoint'])
  })
})
