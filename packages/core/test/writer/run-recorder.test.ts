import { readEvents } from '@llmmon/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type MemoryTransport,
  memoryTransport,
  type Run,
  type RunEvent,
  type Step,
  startRun,
  type WriterOptions,
} from '../../src/index.js'

let transport: MemoryTransport
let errors: string[]

beforeEach(() => {
  transport = memoryTransport()
  errors = []
})

afterEach(() => transport.close())

function open(options: Partial<WriterOptions> = {}): Run {
  return startRun({ name: 'test', transport, runId: 'r', onError: ({ code }) => errors.push(code), ...options })
}

async function events(run: Run): Promise<readonly RunEvent[]> {
  await run.flushed()
  return readEvents(transport, 'r')
}

function brief(list: readonly RunEvent[]): string[] {
  return list.map((event) => {
    if (event.update_type === 'step') return `end ${event.step_name} ${event.step_status}`
    return event.update_type === 'step_start' ? `start ${event.step_name}` : event.update_type
  })
}

describe('RunRecorder', () => {
  it('numbers events from 1 without a hole, with the times of a clock that never goes back', async () => {
    const run = open()
    await run.step('a', () => run.custom('n', 1))
    run.complete()
    const list = await events(run)

    expect(list.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5])
    expect(list.map(({ ts }) => ts)).toEqual([...list.map(({ ts }) => ts)].sort((a, b) => a - b))
  })

  it('nests steps, lets them run side by side and names their parents', async () => {
    const run = open()
    await run.step('outer', async (outer) => {
      await Promise.all([outer.step('left', () => 1), outer.step('right', async () => 2)])
    })
    const list = await events(run)
    const starts = list.filter((event) => event.update_type === 'step_start')

    expect(starts).toMatchObject([
      { step_name: 'outer', step_id: 'step-1' },
      { step_name: 'left', parent_step_id: 'step-1' },
      { step_name: 'right', parent_step_id: 'step-1' },
    ])
  })

  it('lets a failed step throw its own error, and the run go on', async () => {
    const run = open()
    const error = new Error('no')
    await expect(run.step('a', () => Promise.reject(error))).rejects.toBe(error)
    run.complete('all the same')
    const list = await events(run)

    expect(brief(list)).toEqual(['start', 'start a', 'end a error', 'complete'])
    expect(list[2]).toMatchObject({ error: 'no', code: 'run_failed', intermediate_result: null })
  })

  it('counts the attempts of a step, and starts its text anew', async () => {
    const run = open()
    const fail = (step: Step) => {
      step.token('first')
      throw new Error('again')
    }
    await run.step('a', fail, { stepId: 'x' }).catch(() => undefined)
    await run.step('a', (step) => step.token('second'), { stepId: 'x' })
    const tokens = (await events(run)).filter((event) => event.update_type === 'token')

    expect(tokens).toMatchObject([
      { step_id: 'x', at: 0, delta: 'first' },
      { step_id: 'x', at: 0, delta: 'second', attempt: 2 },
    ])
  })

  it('ends open steps with their parent, and all of them with the run', async () => {
    const run = open()
    const never = new Promise<never>(() => undefined)
    await run.step('outer', (outer) => void outer.step('left behind', () => never))
    void run.step('open', () => never)
    run.complete()

    expect(brief(await events(run))).toEqual([
      'start',
      'start outer',
      'start left behind',
      'end left behind interrupted',
      'end outer completed',
      'start open',
      'end open interrupted',
      'complete',
    ])
  })

  it('ends once, and drops what comes after with one report', async () => {
    const run = open()
    run.complete('first')
    run.complete('second')
    run.fail(new Error('late'))
    run.token('late')
    expect(await run.step('late', () => 'still runs')).toBe('still runs')
    const list = await events(run)

    expect(brief(list)).toEqual(['start', 'complete'])
    expect(list[1]).toMatchObject({ result: 'first' })
    expect(errors).toEqual(['run_ended'])
  })

  it('knows its progress when it knows its steps; retries and failures count once, nested steps not at all', async () => {
    const run = open({ totalSteps: 4 })
    await run.step('a', (step) => step.step('inside', () => 1))
    await run.step('b', () => Promise.reject(new Error()), { stepId: 'b' }).catch(() => undefined)
    await run.step('b', () => 1, { stepId: 'b' })
    await run.step('c', () => 1, { weight: 1 })
    const list = await events(run)
    const percentages = list.flatMap((event) => (event.update_type === 'step' ? [event.progress_percentage] : []))

    expect(percentages).toEqual([null, 25, 50, 50, 75])
  })

  it('does not know its progress until told, and never goes back', async () => {
    const run = open()
    await run.step('a', () => 1)
    run.progress(40, 'on the way')
    run.progress(30)
    run.progress(null, 'still')
    run.progress(Number.NaN)
    await run.step('b', () => 1)
    const list = await events(run)
    const said = list.flatMap((event) => ('progress_percentage' in event ? [event.progress_percentage] : []))

    expect(said).toEqual([null, 40, 40, 40, 40])
    expect(errors).toEqual(['invalid_argument'])
  })

  it('holds back half a character until the other half comes', async () => {
    const run = open()
    const [high, low] = '😀'.split('')
    run.token(`a${high}`)
    run.token(`${low}b`)
    run.token(`c${high}`)
    run.complete()
    const list = await events(run)
    const deltas = list.flatMap((event) => (event.update_type === 'token' ? [event.delta] : []))

    expect(deltas.join('')).toBe(`a😀bc${high}`)
    expect(deltas.slice(0, -1).every((delta) => !/[\ud800-\udbff]$/.test(delta))).toBe(true)
  })

  it('sends a token of a million characters whole, in pieces that never cut a character', async () => {
    const run = open()
    const text = '😀'.repeat(500_000)
    run.token(text)
    run.complete()
    const list = await events(run)
    const deltas = list.flatMap((event) => (event.update_type === 'token' ? [event.delta] : []))

    expect(deltas.join('')).toBe(text)
    expect(deltas.every((delta) => delta.length <= 32_768 && !/[\ud800-\udbff]$/.test(delta))).toBe(true)
  })

  it('adds up what its steps used', async () => {
    const run = open()
    await run.step('a', (step) => step.usage({ inputTokens: 1, outputTokens: 2 }))
    await run.step('b', (step) => step.usage({ outputTokens: 3 }))
    run.complete()
    const list = await events(run)

    expect(list[2]).toMatchObject({ usage: { input_tokens: 1, output_tokens: 2 } })
    expect(list.at(-1)).toMatchObject({ usage: { input_tokens: 1, output_tokens: 5 } })
  })

  it('shows what the result option makes of a result', async () => {
    const run = open()
    await run.step('hidden', () => 'secret', { result: false })
    await run.step('brief', () => [1, 2, 3], { result: (list) => `${list.length} items` })
    const failing = () => {
      throw new Error('no')
    }
    expect(await run.step('broken', () => 7, { result: failing })).toBe(7)
    const list = await events(run)
    const results = list.flatMap((event) => (event.update_type === 'step' ? [event.intermediate_result] : []))

    expect(results).toEqual([null, '3 items', null])
    expect(errors).toEqual(['hook_failed'])
  })

  it('redacts before anything is kept, places tokens by what is left, and withholds where redact fails', async () => {
    const run = open({
      redact: (event) => {
        if (event.update_type === 'token') return { ...event, delta: event.delta.replaceAll('secret', '*') }
        if (event.update_type === 'custom') throw new Error('broken')
        if (event.update_type === 'complete') return { ...event, update_type: 'error', result: 'changed' } as never
        return event
      },
    })
    run.token('a secret ')
    run.custom('n', { password: 1 })
    run.token('more')
    run.complete('x')
    const list = await events(run)

    expect(list.slice(1)).toMatchObject([
      { update_type: 'token', delta: 'a * ', at: 0 },
      { update_type: 'custom', name: 'n', data: null },
      { update_type: 'token', delta: 'more', at: 4 },
      { update_type: 'complete', status: 'completed', result: 'changed' },
    ])
    expect(errors).toEqual(['redact_failed'])
  })

  it('tells viewers what publicError lets them know, and no more when it fails', async () => {
    const run = open({
      publicError: () => {
        throw new Error('broken')
      },
    })
    run.fail(new Error('the password is hunter2'))

    expect((await events(run)).at(-1)).toMatchObject({ error: 'The chain failed.', code: 'run_failed' })
  })

  it('marks what it had to cut', async () => {
    const run = open({ limits: { resultLength: 100 } })
    run.complete({ text: 'x'.repeat(1_000) })

    expect((await events(run)).at(-1)).toMatchObject({ truncated: ['result.text'] })
  })

  it('reports wrong arguments instead of throwing', async () => {
    const run = open()
    run.token(7 as never)
    run.token('x', { channel: 'smell' as never })
    await run.step('a', () => 1, { stepId: '' })
    run.complete()

    expect(brief(await events(run))).toEqual(['start', 'start a', 'end a completed', 'complete'])
    expect(errors).toEqual(['invalid_argument'])
  })

  it('after a cancel, a failure is the cancel and a return is a result', async () => {
    const cancelled = open()
    void cancelled.step('a', () => new Promise(() => undefined))
    cancelled.cancel('user')
    const list = await events(cancelled)

    expect(brief(list)).toEqual(['start', 'start a', 'cancel_requested', 'end a cancelled', 'cancelled'])
    expect(cancelled.signal.reason).toMatchObject({ name: 'AbortError', message: 'user' })
  })
})
