import { encodeBatch, type WriteAnswer } from '@llmmon/core'
import { describe, expect, it } from 'vitest'
import { AppendJoiner, runsPerScript } from '../src/append-joiner.js'
import { runKeys } from '../src/keys.js'

const retention = { openMs: 86_400_000, endedMs: 3_600_000 }
const limits = { publishedBytes: 65_536, segmentsPerRead: 16, batchesPerRead: 500 }

type Answers = (number | string)[] | Error

function joiner(answer: () => Answers, isCluster = false) {
  const calls: { keys: readonly string[]; args: readonly (string | number)[] }[] = []
  const appends = new AppendJoiner({
    keysOf: (runId) => runKeys('p', runId),
    async run(keys, args) {
      calls.push({ keys, args })
      const given = answer()
      if (given instanceof Error) throw given
      return given
    },
    retention,
    limits,
    isCluster,
  })
  return { appends, calls }
}

const ok = (): Answers => []

function append(appends: AppendJoiner, runId: string, text = 'x'): Promise<WriteAnswer> {
  const event = { update_type: 'custom', name: 'n', data: text, seq: 1, ts: 1 } as const
  const batch = encodeBatch({ type: 'events', run_id: runId, epoch: '7', from: 1, to: 1, events: [event] }, false)
  return appends.append({ runId, batch })
}

describe('AppendJoiner', () => {
  it('writes what several runs say in one turn by one script, and gives each its answer', async () => {
    const { appends, calls } = joiner(() => [2, 'gap', 5])
    const answers = await Promise.all([append(appends, 'a'), append(appends, 'b')])

    expect(answers).toEqual([
      { answer: 'ok', last: 1 },
      { answer: 'gap', last: 5 },
    ])
    expect(calls.map(({ keys }) => keys)).toEqual([
      ['p:{a}:meta', 'p:{a}:segments', 'p:{a}:tail', 'p:{b}:meta', 'p:{b}:segments', 'p:{b}:tail'],
    ])
  })

  it('gives each run its own answer, though Redis answers only for those that were not simply written', async () => {
    const { appends } = joiner(() => [1, 'dup', 3, 3, 'lost', 0])
    const answers = await Promise.all(['a', 'b', 'c', 'd'].map((runId) => append(appends, runId)))

    expect(answers).toEqual([
      { answer: 'dup', last: 3 },
      { answer: 'ok', last: 1 },
      { answer: 'lost', last: 0 },
      { answer: 'ok', last: 1 },
    ])
  })

  it('sends a text once: the message is empty where it is the same', async () => {
    const { appends, calls } = joiner(ok)
    await Promise.all([append(appends, 'a', 'short'), append(appends, 'b', 'x'.repeat(70_000))])

    const [args = []] = calls.map((call) => call.args)
    expect([args[8], args[14]]).toEqual(['', '{"type":"bell","epoch":"7","seq":1}'])
  })

  it('makes another script where there are too many runs, or too much of them', async () => {
    const { appends, calls } = joiner(ok)
    const many = Array.from({ length: runsPerScript + 1 }, (_, i) => append(appends, `r${i}`))
    await Promise.all(many)
    expect(calls.map(({ keys }) => keys.length / 3)).toEqual([runsPerScript, 1])

    await Promise.all(['a', 'b', 'c'].map((runId) => append(appends, runId, 'x'.repeat(100_000))))
    expect(calls.slice(2).map(({ keys }) => keys.length / 3)).toEqual([2, 1])
  })

  it('joins nothing for a cluster: runs are in different slots', async () => {
    const { appends, calls } = joiner(ok, true)
    await Promise.all([append(appends, 'a'), append(appends, 'b')])

    expect(calls.map(({ keys, args }) => [keys.length, args[2]])).toEqual([
      [3, 1],
      [3, 1],
    ])
  })

  it('fails the run that Redis refused, and not those beside it', async () => {
    const { appends } = joiner(() => [1, 'error', 'OOM command not allowed'])
    const [refused, taken] = await Promise.allSettled([append(appends, 'a'), append(appends, 'b')])

    expect(refused).toMatchObject({ status: 'rejected', reason: { code: 'transport_failed', retryable: true } })
    expect(taken).toMatchObject({ status: 'fulfilled', value: { answer: 'ok' } })
  })

  it('fails all of them where the request failed: whether it was taken is not known', async () => {
    const gone = new Error('gone')
    const { appends } = joiner(() => gone)

    expect(await Promise.allSettled([append(appends, 'a'), append(appends, 'b')])).toMatchObject([
      { status: 'rejected', reason: gone },
      { status: 'rejected', reason: gone },
    ])
  })
})
