import { testBatch } from '@llmmon/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type FeedEffect,
  type FeedEvent,
  type FeedPhase,
  type FeedState,
  feed,
  initialFeed,
} from '../../src/feed/feed-machine.js'
import type { EncodedBatch, RunHistory, RunInfo } from '../../src/index.js'

const info: RunInfo = {
  runId: 'r',
  state: 'open',
  epoch: '10',
  last: 4,
  opened: 'new',
  silentMs: 0,
  chain: null,
  metadata: {},
  tags: [],
}
const history: RunHistory = { info, batches: [testBatch('r', '10', 3, 4)] }

/** A feed that stands at 2, in each phase. */
const states: { readonly [Phase in FeedPhase]: FeedState } = {
  watching: { ...initialFeed({ epoch: '10', seq: 2 }) },
  reading: { ...initialFeed({ epoch: '10', seq: 2 }), phase: 'reading', readId: 1 },
  retrying: { ...initialFeed({ epoch: '10', seq: 2 }), phase: 'retrying', readId: 1 },
  live: { ...initialFeed({ epoch: '10', seq: 2 }), phase: 'live', readId: 1 },
}

const events = {
  active: { type: 'active' },
  interrupted: { type: 'interrupted' },
  part: { type: 'part', id: 1, history: { info: { ...info, last: 9 }, batches: history.batches } },
  'old part': { type: 'part', id: 0, history },
  history: { type: 'history', id: 1, history },
  'no history': { type: 'history', id: 1, history: undefined },
  'old history': { type: 'history', id: 0, history },
  'read failed': { type: 'read-failed', id: 1 },
  'retry due': { type: 'retry-due' },
  'next batch': { type: 'batch', batch: testBatch('r', '10', 3, 3) },
  'known batch': { type: 'batch', batch: testBatch('r', '10', 1, 2) },
  'later batch': { type: 'batch', batch: testBatch('r', '10', 5, 5) },
  'other epoch': { type: 'batch', batch: testBatch('r', '11', 1, 1) },
  'new bell': { type: 'bell', position: { epoch: '10', seq: 3 } },
  'known bell': { type: 'bell', position: { epoch: '10', seq: 2 } },
  'give up': { type: 'give-up-position' },
} as const satisfies { readonly [name: string]: FeedEvent }

/** What the machine does: its next phase, and its effects. Every cell is filled, or this does not compile. */
const table: { readonly [Phase in FeedPhase]: { readonly [Name in keyof typeof events]: string } } = {
  watching: {
    active: 'reading: read 2',
    interrupted: 'watching:',
    part: 'watching:',
    'old part': 'watching:',
    history: 'watching:',
    'no history': 'watching:',
    'old history': 'watching:',
    'read failed': 'watching:',
    'retry due': 'watching:',
    'next batch': 'watching:',
    'known batch': 'watching:',
    'later batch': 'watching:',
    'other epoch': 'watching:',
    'new bell': 'watching:',
    'known bell': 'watching:',
    'give up': 'watching:',
  },
  reading: {
    active: 'reading:',
    interrupted: 'watching:',
    part: 'reading: info deliver 3-4',
    'old part': 'reading:',
    history: 'live: info deliver 3-4',
    'no history': 'live: info',
    'old history': 'reading:',
    'read failed': 'retrying: retry-later',
    'retry due': 'reading:',
    'next batch': 'reading:',
    'known batch': 'reading:',
    'later batch': 'reading:',
    'other epoch': 'reading:',
    'new bell': 'reading:',
    'known bell': 'reading:',
    'give up': 'reading:',
  },
  retrying: {
    active: 'retrying:',
    interrupted: 'watching:',
    part: 'retrying:',
    'old part': 'retrying:',
    history: 'retrying:',
    'no history': 'retrying:',
    'old history': 'retrying:',
    'read failed': 'retrying:',
    'retry due': 'reading: read 2',
    'next batch': 'retrying:',
    'known batch': 'retrying:',
    'later batch': 'retrying:',
    'other epoch': 'retrying:',
    'new bell': 'retrying:',
    'known bell': 'retrying:',
    'give up': 'retrying:',
  },
  live: {
    active: 'reading: read 2',
    interrupted: 'watching:',
    part: 'live:',
    'old part': 'live:',
    history: 'live:',
    'no history': 'live:',
    'old history': 'live:',
    'read failed': 'live:',
    'retry due': 'live:',
    'next batch': 'live: deliver 3-3',
    'known batch': 'live:',
    'later batch': 'reading: read 2',
    'other epoch': 'reading: read 2',
    'new bell': 'reading: read 2',
    'known bell': 'live:',
    'give up': 'live:',
  },
}

function brief(effects: readonly FeedEffect[]): string {
  return effects
    .map((effect) => {
      if (effect.type === 'read') return ` read ${effect.after}`
      if (effect.type === 'reset') return ` reset ${effect.reason}`
      if (effect.type !== 'deliver') return ` ${effect.type}`
      return ` deliver ${effect.batches[0]?.from}-${effect.batches.at(-1)?.to}`
    })
    .join('')
}

const cells = Object.entries(table).flatMap(([phase, row]) =>
  Object.entries(row).map(([name, expected]) => [phase, name, expected] as const),
)

describe('feed', () => {
  it.each(cells)('%s, on %s: %s', (phase, name, expected) => {
    const [state, effects] = feed(states[phase as FeedPhase], events[name as keyof typeof events])

    expect(`${state.phase}:${brief(effects)}`).toBe(expected)
  })

  it('delivers what came during a read behind what the read found', () => {
    const [held] = feed(states.reading, { type: 'batch', batch: testBatch('r', '10', 5, 6) })
    const [state, effects] = feed(held, events.history)

    expect(brief(effects)).toBe(' info deliver 3-6')
    expect(state.position).toEqual({ epoch: '10', seq: 6 })
  })

  it('goes on from what came in parts, and does not miss what the rest lacks', () => {
    const [partly] = feed(states.reading, events.part)
    expect(partly.position).toEqual({ epoch: '10', seq: 4 })
    const rest = (from: number): FeedEvent => ({
      type: 'history',
      id: 1,
      history: { info: { ...info, last: 9 }, batches: [testBatch('r', '10', from, 9)] },
    })

    expect(brief(feed(partly, rest(5))[1])).toBe(' info deliver 5-9')
    expect(brief(feed(partly, rest(6))[1])).toBe(' info retry-later')
    expect(
      brief(feed(partly, { ...rest(5), history: { info: { ...info, last: 9 }, batches: [] } } as FeedEvent)[1]),
    ).toBe(' info retry-later')
  })

  it('keeps what came in parts where the read fails then, and asks for the rest', () => {
    const [partly] = feed(states.reading, events.part)
    const [failed] = feed(partly, events['read failed'])

    expect(brief(feed(failed, events['retry due'])[1])).toBe(' read 4')
  })

  it('delivers what came between parts behind all of them', () => {
    const [partly] = feed(states.reading, events.part)
    const [held, effects] = feed(partly, { type: 'batch', batch: testBatch('r', '10', 7, 8) })
    const end: RunHistory = { info: { ...info, last: 6 }, batches: [testBatch('r', '10', 5, 6)] }

    expect(effects).toEqual([])
    expect(brief(feed(held, { type: 'history', id: 1, history: end })[1])).toBe(' info deliver 5-8')
  })

  it('resets once where the run is replaced between parts, and takes nothing more of that read', () => {
    const [partly] = feed(states.reading, events.part)
    const other: RunHistory = {
      info: { ...info, epoch: '20', opened: 'replaced' },
      batches: [testBatch('r', '20', 1, 4)],
    }
    const [reset, effects] = feed(partly, { type: 'part', id: 1, history: other })

    expect(brief(effects)).toBe(' info reset replaced read 0')
    expect(brief(feed(reset, { type: 'history', id: 1, history: other })[1])).toBe('')
    expect(brief(feed(reset, { type: 'history', id: 2, history: other })[1])).toBe(' info deliver 1-4')
  })

  it('delivers nothing of parts that a receiver ahead of the store has', () => {
    const ahead: FeedState = { ...states.reading, position: { epoch: '10', seq: 7 } }
    const behind: RunHistory = { info: { ...info, last: 4 }, batches: [testBatch('r', '10', 1, 3)] }
    const [partly, effects] = feed(ahead, { type: 'part', id: 1, history: behind })

    expect(brief(effects)).toBe(' info')
    expect(brief(feed(partly, { type: 'history', id: 1, history: { ...behind, batches: [] } })[1])).toBe(' info ahead')
  })

  it('reads again later, not at once, where even the store has a hole', () => {
    const holed = { info, batches: [testBatch('r', '10', 4, 4)] }

    expect(brief(feed(states.reading, { type: 'history', id: 1, history: holed })[1])).toBe(' info retry-later')
  })

  it('reads once more when a bell rang during the read', () => {
    const [rung] = feed(states.reading, { type: 'bell', position: { epoch: '10', seq: 9 } })

    expect(brief(feed(rung, events.history)[1])).toBe(' info deliver 3-4 read 4')
  })

  it.each([
    ['new', 'epoch'],
    ['replaced', 'replaced'],
    ['revived', 'revived'],
  ] as const)('resets, and says why, where the store has another epoch that is %s', (opened, reason) => {
    const other: RunHistory = { info: { ...info, epoch: '20', opened }, batches: [] }
    const [state, effects] = feed(states.reading, { type: 'history', id: 1, history: other })

    expect(brief(effects)).toBe(` info reset ${reason} read 0`)
    expect(state.position).toBeUndefined()
  })

  it('goes on through an epoch that continues its own', () => {
    const base = { epoch: '10', to: 2 }
    const batch: EncodedBatch = { ...testBatch('r', '20', 3, 3), base }
    const reaped: RunHistory = { info: { ...info, epoch: '20', last: 3, base, opened: 'reaped' }, batches: [batch] }

    expect(brief(feed(states.reading, { type: 'history', id: 1, history: reaped })[1])).toBe(' info deliver 3-3')
  })

  it('waits for a store that was rolled back, and gives its position up only when told to', () => {
    const behind: RunHistory = { info: { ...info, last: 1 }, batches: [] }
    const [waiting, effects] = feed(states.reading, { type: 'history', id: 1, history: behind })
    expect(brief(effects)).toBe(' info ahead')
    const [again] = feed(waiting, { type: 'bell', position: { epoch: '10', seq: 3 } })
    expect(feed(again, { type: 'history', id: 2, history })[0].isAhead).toBe(false)

    expect(brief(feed(waiting, events['give up'])[1])).toBe(' reset rollback read 0')
  })

  it('delivers every event once and in order, whatever is lost, doubled, late or interrupted', () => {
    const action = fc.oneof(
      fc.record({
        do: fc.constant('append' as const),
        size: fc.integer({ min: 1, max: 4 }),
        fate: fc.constantFrom('come', 'lose', 'twice', 'late', 'bell'),
      }),
      fc.record({
        do: fc.constantFrom('answer' as const, 'part' as const, 'fail' as const, 'interrupt' as const, 'late' as const),
      }),
    )
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
        const stored: EncodedBatch[] = []
        const late: EncodedBatch[] = []
        const delivered: number[] = []
        let reads: { id: number; after: number; found: EncodedBatch[] }[] = []
        let state = initialFeed()
        const send = (event: FeedEvent) => {
          const [next, effects] = feed(state, event)
          state = next
          for (const effect of effects) {
            if (effect.type === 'read')
              reads.push({ id: effect.id, after: effect.after, found: stored.filter(({ to }) => to > effect.after) })
            if (effect.type === 'reset') delivered.length = 0
            if (effect.type !== 'deliver') continue
            for (const { from, to } of effect.batches) {
              for (let seq = Math.max(from, (delivered.at(-1) ?? 0) + 1); seq <= to; seq += 1) delivered.push(seq)
            }
          }
        }
        const answer = (fails = false) => {
          const read = reads.shift()
          if (!read) return
          const last = stored.at(-1)?.to ?? 0
          if (fails) send({ type: 'read-failed', id: read.id })
          else
            send({
              type: 'history',
              id: read.id,
              history: last === 0 ? undefined : { info: { ...info, last }, batches: read.found },
            })
        }
        const part = () => {
          const [read] = reads
          const last = stored.at(-1)?.to ?? 0
          if (!read || last === 0) return
          const batches = read.found.splice(0, 1)
          send({ type: 'part', id: read.id, history: { info: { ...info, last }, batches } })
        }
        send({ type: 'active' })
        for (const step of actions) {
          if (step.do === 'append') {
            const from = (stored.at(-1)?.to ?? 0) + 1
            const batch = testBatch('r', '10', from, from + step.size - 1)
            stored.push(batch)
            if (step.fate === 'late') late.push(batch)
            if (step.fate === 'bell') send({ type: 'bell', position: { epoch: '10', seq: batch.to } })
            if (step.fate === 'come' || step.fate === 'twice') send({ type: 'batch', batch })
            if (step.fate === 'twice') send({ type: 'batch', batch })
          } else if (step.do === 'answer') answer()
          else if (step.do === 'part') part()
          else if (step.do === 'fail') answer(true)
          else if (step.do === 'late') for (const batch of late.splice(0)) send({ type: 'batch', batch })
          else {
            send({ type: 'interrupted' })
            reads = reads.slice(-1)
            send({ type: 'active' })
          }
          expect(delivered).toEqual(delivered.map((_, i) => i + 1))
        }
        // At the end everything comes to rest: an interruption, and reads that succeed.
        send({ type: 'interrupted' })
        send({ type: 'active' })
        for (let i = 0; i < 10; i += 1) {
          while (reads.length > 0) answer()
          send({ type: 'retry-due' })
        }
        expect(delivered).toHaveLength(stored.at(-1)?.to ?? 0)
      }),
    )
  })
})

describe('initialFeed', () => {
  it('watches first, from where its receiver stands', () => {
    expect(initialFeed({ epoch: '1', seq: 2 })).toMatchObject({ phase: 'watching', position: { epoch: '1', seq: 2 } })
  })
})
