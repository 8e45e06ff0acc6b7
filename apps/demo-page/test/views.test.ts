import { describe, expect, it } from 'vitest'
import { announce } from '../src/announce.js'
import { connectionView } from '../src/connection-view.js'
import { describeResult } from '../src/describe-result.js'
import { describeDraft, draftOfFile, draftOfText, emptyDraft } from '../src/draft.js'
import { seconds } from '../src/duration.js'
import { factsOf } from '../src/facts.js'
import { isSame } from '../src/is-same.js'
import { liveTextOf } from '../src/live-text.js'
import { headOf } from '../src/run-head.js'
import { itemOf } from '../src/run-item.js'
import { outcomeOf } from '../src/summary.js'
import { seenRun } from './seen-run.js'

const known = { runId: 'run-1', title: 'Alice', end: null }

describe('headOf', () => {
  it('has the title of the run, else the one the visit remembers, else the name of the chain', () => {
    expect(headOf(seenRun({ metadata: { title: 'Own' } }), known).title).toBe('Own')
    expect(headOf(seenRun({ metadata: { title: 7 } }), known).title).toBe('Alice')
    expect(headOf(seenRun()).title).toBe('summarise')
    expect(headOf(seenRun({ chain: null })).title).toBe('Run')
  })

  it('lets only a run be stopped that runs and is not stopping', () => {
    const of = (run: Parameters<typeof seenRun>[0]) => headOf(seenRun(run)).canStop

    expect([of({}), of({ cancelling: true }), of({ status: 'pending' }), of({ status: 'completed' })]).toEqual([
      true,
      false,
      false,
      false,
    ])
  })
})

describe('itemOf', () => {
  it('counts while it runs, then says how it ended', () => {
    expect(itemOf(known, seenRun({ progress: 33.4 })).word).toBe('33 %')
    expect(itemOf(known, seenRun()).word).toBe('running')
    expect(itemOf(known, seenRun({ progress: 50, cancelling: true })).word).toBe('stopping')
    expect(itemOf({ ...known, end: { status: 'completed', tookMs: 1_260 } }, null).word).toBe('1.2 s')
    expect(itemOf({ ...known, end: { status: 'cancelled', tookMs: 1_260 } }, null)).toEqual({
      title: 'Alice',
      status: 'cancelled',
      word: 'stopped',
      progress: 100,
    })
    expect(itemOf(known, null).status).toBe('pending')
  })
})

describe('connectionView', () => {
  const connection = { state: 'waiting', reason: 'cut', retryAt: 5_000, continuity: true } as const

  it('counts the seconds until it is tried again', () => {
    expect(connectionView(connection, 3_500)).toEqual({ state: 'waiting', text: 'reconnecting in 2 s', reason: 'cut' })
    expect(connectionView(connection, 5_000).text).toBe('reconnecting …')
    expect(connectionView({ ...connection, retryAt: null }, 0).text).toBe('reconnecting …')
  })

  it('says "live" only where it is, and that nothing runs where nothing is watched', () => {
    expect(connectionView({ ...connection, state: 'open' }, 0).text).toBe('live')
    expect(connectionView({ ...connection, state: 'connecting' }, 0).text).toBe('connecting …')
    expect(connectionView(null, 0)).toEqual({ state: 'idle', text: 'nothing running', reason: '' })
  })
})

describe('announce', () => {
  it('changes with what happens to a run, never with its tokens, progress or seconds', () => {
    const text = announce(seenRun())

    expect(text).toBe('summarise: running')
    expect(announce(seenRun({ text: 'more', progress: 50, seq: 99 }))).toBe(text)
    expect(announce(seenRun({ stalled: true }))).toContain('no sign of life')
    expect(announce(seenRun({ status: 'error', endedAt: 2, error: { message: 'No.', code: null } }))).toBe(
      'summarise: failed. No.',
    )
  })
})

describe('outcomeOf', () => {
  it('lays out a summary, as far as it is one', () => {
    const result = { summary: 'S', outline: ['a', 1, 'a', 'b'], stats: { words: 1, sentences: 2, summaryWords: 3 } }

    expect(outcomeOf({ status: 'completed', result })).toEqual({
      kind: 'summary',
      summary: { outline: ['a', 'b'], keywords: [], figures: '1 word in 2 sentences, told in 3' },
    })
  })

  it('shows any other value as it is, and nothing before there is one', () => {
    expect(outcomeOf({ status: 'completed', result: ['<b>'] })).toEqual({ kind: 'other', json: '[\n  "<b>"\n]' })
    expect(outcomeOf({ status: 'completed', result: 'x'.repeat(30_000) })).toMatchObject({
      kind: 'other',
      json: `"${'x'.repeat(19_999)}…`,
    })
    expect(outcomeOf({ status: 'running', result: null })).toEqual({ kind: 'none' })
  })
})

describe('liveTextOf', () => {
  it('is by paragraph, of what is written, at the end of the summary', () => {
    expect(liveTextOf({ status: 'running', text: 'a\nb\n\n\nc\n\n', result: null })).toEqual(['a\nb', 'c'])
    expect(liveTextOf({ status: 'completed', text: 'a', result: { summary: 's' } })).toEqual(['s'])
    expect(liveTextOf({ status: 'completed', text: 'a', result: 7 })).toEqual(['a'])
  })
})

describe('factsOf', () => {
  it('names only what there is', () => {
    expect(factsOf(seenRun({ tags: ['x'], dropped: 2 }))).toEqual([
      ['Chain', 'summarise'],
      ['Position', 'event 1 of epoch 1'],
      ['Tags', 'x'],
      ['Dropped', '2 events'],
    ])
  })
})

describe('describeResult', () => {
  it.each([
    [null, ''],
    ['a text', 'a text'],
    [['a', 1, 'b'], 'a · b'],
    [{ inputTokens: 1_200, top_words: 3, title: 'T', list: [] }, '1,200 input tokens · 3 top words · T'],
    [true, 'true'],
    ['x'.repeat(200), `${'x'.repeat(119)}…`],
  ])('of %j is short', (result, line) => {
    expect(describeResult(result)).toBe(line)
  })
})

describe('seconds', () => {
  it('are tenths, then minutes', () => {
    expect([seconds(null, 5), seconds(0, 1_299), seconds(9, 0), seconds(0, 65_400)]).toEqual([
      '',
      '1.2 s',
      '0.0 s',
      '1 min 05 s',
    ])
  })
})

describe('a draft', () => {
  it('shows a text, and sends what is none as it is', async () => {
    const picture = new Blob(['PNG\0'])

    expect(describeDraft(emptyDraft)).toBe('')
    expect(describeDraft(draftOfText('four'))).toBe('4 characters')
    expect(await draftOfFile(picture, 'a.png')).toEqual({ name: 'a.png', body: picture, text: '' })
    expect(describeDraft(await draftOfFile(new Blob(['x'.repeat(2_000)]), 'a.txt'))).toBe('a.txt, 2 kB')
  })
})

describe('isSame', () => {
  it.each([
    [{ a: [1, { b: null }] }, { a: [1, { b: null }] }, true],
    [{ a: 1 }, { a: 1, b: 2 }, false],
    [[], {}, false],
    [null, {}, false],
    [Number.NaN, Number.NaN, true],
  ])('of %j and %j is %s', (a, b, same) => {
    expect(isSame(a, b)).toBe(same)
  })
})
