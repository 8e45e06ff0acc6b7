import { describe, expect, it, vi } from 'vitest'
import { addressOf, createVisit, knownIn, watchedIn } from '../src/visit.js'
import { seenRun } from './seen-run.js'

/** As much of a browser's page as a visit needs; its storage may be shared with another. */
function createPage(address = '/', kept = new Map<string, string>()) {
  const listeners: (() => void)[] = []
  const page = {
    location: { href: `http://localhost${address}` },
    history: {
      pushState(_state: unknown, _title: string, to: string) {
        page.location.href = new URL(to, page.location.href).href
      },
    },
    sessionStorage: {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
    },
    addEventListener: (_name: string, listener: () => void) => void listeners.push(listener),
    /** As the back button does. */
    goTo(to: string) {
      page.location.href = new URL(to, page.location.href).href
      for (const listener of listeners) listener()
    },
  }
  return { page: page as typeof page & Window, kept }
}

describe('createVisit', () => {
  it('begins with nothing, and shows what is started, newest first', () => {
    const { page } = createPage()
    const visit = createVisit(page)
    const listener = vi.fn()
    const stop = visit.subscribe(listener)

    expect(visit.getSnapshot()).toEqual({ runs: [], selected: null, refusal: null })
    visit.begin('a', 'First')
    visit.begin('b', 'Second')
    stop()
    visit.select('a')

    expect(listener).toHaveBeenCalledTimes(2)
    expect(visit.getSnapshot().runs.map(({ title }) => title)).toEqual(['Second', 'First'])
    expect(visit.getSnapshot().selected).toBe('a')
    expect(page.location.href).toBe('http://localhost/?run=a')
  })

  it('goes on after a reload and on another page of the same tab', () => {
    const { page, kept } = createPage()
    createVisit(page).begin('a', 'First')
    const again = createVisit(createPage('/vue/?run=a', kept).page)

    expect(again.getSnapshot()).toEqual({
      runs: [{ runId: 'a', title: 'First', end: null }],
      selected: 'a',
      refusal: null,
    })
  })

  it('takes a run that the address names into its list, and follows the back button', () => {
    const { page } = createPage('/?run=a')
    const visit = createVisit(page)
    visit.begin('b', 'Second')
    page.goTo('/?run=a')

    expect(visit.getSnapshot().selected).toBe('a')
    expect(visit.getSnapshot().runs.map(({ runId }) => runId)).toEqual(['b', 'a'])
    page.goTo('/')
    expect(visit.getSnapshot().selected).toBeNull()
  })

  it('refuses an address that names no run', () => {
    const { selected, refusal, runs } = createVisit(createPage('/?run=a%7Db').page).getSnapshot()

    expect([selected, runs]).toEqual([null, []])
    expect(refusal).toContain('Expected a run id')
  })

  it('takes down title and end of a run, but not an end that may be taken back', () => {
    const visit = createVisit(createPage().page)
    visit.begin('run-1', '')
    visit.saw(seenRun({ metadata: { title: 'Alice' } }))
    const abandoned = { message: 'gone', code: 'abandoned' }
    visit.saw(seenRun({ status: 'error', error: abandoned, endedAt: 3_000 }))
    expect(visit.getSnapshot().runs).toEqual([{ runId: 'run-1', title: 'Alice', end: null }])
    visit.saw(seenRun({ status: 'completed', endedAt: 3_500 }))
    visit.saw(seenRun({ runId: 'of-somebody-else' }))

    const end = { status: 'completed', tookMs: 2_500 }
    expect(visit.getSnapshot().runs).toEqual([{ runId: 'run-1', title: 'Alice', end }])
  })

  it('says nothing where nothing has changed', () => {
    const visit = createVisit(createPage().page)
    visit.begin('run-1', 'Alice')
    const listener = vi.fn()
    visit.subscribe(listener)
    visit.saw(seenRun({ text: 'more' }))
    visit.select('run-1')

    expect(listener).not.toHaveBeenCalled()
  })

  it('forgets what is over, but for what is shown', () => {
    const visit = createVisit(createPage().page)
    for (const runId of ['a', 'b', 'c']) visit.begin(runId, runId)
    for (const runId of ['a', 'b']) visit.saw(seenRun({ runId, status: 'completed', endedAt: 2_000 }))
    visit.select('b')
    visit.forgetEnded()

    expect(visit.getSnapshot().runs.map(({ runId }) => runId)).toEqual(['c', 'b'])
  })

  it('keeps the twenty newest', () => {
    const visit = createVisit(createPage().page)
    for (let n = 0; n < 25; n += 1) visit.begin(`run-${n}`, '')

    expect(visit.getSnapshot().runs).toHaveLength(20)
    expect(visit.getSnapshot().runs[0]?.runId).toBe('run-24')
  })

  it('begins empty on what it cannot read, and works where nothing is kept', () => {
    for (const text of ['{', '{}', 'null', '[null,{"runId":"a b"},{"runId":1},"x"]']) {
      const { page } = createPage('/', new Map([['llmmon-demo-runs', text]]))
      expect(createVisit(page).getSnapshot().runs).toEqual([])
    }
    const { page } = createPage()
    const refuse = () => {
      throw new Error('denied')
    }
    Object.assign(page, { sessionStorage: { getItem: refuse, setItem: refuse } })
    const visit = createVisit(page)
    visit.begin('a', 'First')

    expect(visit.getSnapshot().runs).toHaveLength(1)
  })
})

describe('watchedIn', () => {
  const end = { status: 'completed', tookMs: 1 } as const
  const [open, other, over] = [
    { runId: 'a', title: '', end: null },
    { runId: 'b', title: '', end: null },
    { runId: 'c', title: '', end },
  ]

  it('is the run that is shown while it goes on, else another that does, else none', () => {
    const runs = [open, other, over]

    expect(watchedIn({ runs, selected: 'b', refusal: null })).toBe('b')
    expect(watchedIn({ runs, selected: 'c', refusal: null })).toBe('a')
    expect(watchedIn({ runs: [over], selected: 'c', refusal: null })).toBeNull()
    expect(knownIn({ runs, selected: null, refusal: null }, 'c')).toBe(over)
  })
})

describe('addressOf', () => {
  it('names the run, on whichever page', () => {
    expect(addressOf('a')).toBe('?run=a')
    expect(addressOf('a', '/vue/')).toBe('/vue/?run=a')
    expect(addressOf(null, '/vue/')).toBe('/vue/')
  })
})
