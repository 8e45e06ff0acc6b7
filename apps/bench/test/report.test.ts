import { describe, expect, it } from 'vitest'
import type { Outcome } from '../src/outcome.js'
import { goalsTable } from '../src/report/goals.js'
import { median } from '../src/report/median.js'
import { tableOf } from '../src/report/table.js'
import type { Figures, Row } from '../src/workloads/workload.js'

const row = (driver: 'ws' | 'llmmon', title: string): Row => ({ key: driver, title, driver, measure: async () => ({}) })

function outcome(figures: Record<string, Figures[]>, failures: Record<string, string> = {}): Outcome {
  return {
    workload: 'fanout',
    measured: {
      title: '500 viewers',
      figures: [{ key: 'perCpuSecond', title: 'per second', digits: 0, hasRatio: true }],
      rows: [row('ws', 'raw'), row('llmmon', 'ours')],
      limit: 'ws',
    },
    figures: new Map(Object.entries(figures)),
    failures: new Map(Object.entries(failures)),
  }
}

const of = (...values: number[]) => values.map((perCpuSecond) => ({ perCpuSecond }))

describe('median', () => {
  it('is the middle one, or between the two in the middle', () => {
    expect([median([3, 1, 2]), median([4, 1, 2, 3]), median([])]).toEqual([2, 2.5, Number.NaN])
  })
})

describe('tableOf', () => {
  it('shows medians, and ratios that were taken within each repetition', () => {
    const table = tableOf(outcome({ ws: of(100, 10, 1_000), llmmon: of(1_000, 200, 20_000) }))

    expect(table.split('\n').slice(2)).toEqual(['| raw | 100 (1.00) |', '| ours | 1,000 (20.00) |'])
  })

  it('says of a row that failed why it did', () => {
    expect(tableOf(outcome({ ws: of(1) }, { llmmon: 'it broke\n  at …' }))).toContain('ours failed: it broke')
  })
})

describe('goalsTable', () => {
  it('holds what was measured against what was meant, and leaves out the rest', () => {
    const met = goalsTable([outcome({ ws: of(10), llmmon: of(160) })]).split('\n')
    const missed = goalsTable([outcome({ ws: of(10), llmmon: of(140) })])

    expect(met).toHaveLength(3)
    expect(met[2]).toMatch(/≥ 15 × \| 16.00 × \| yes \|$/)
    expect(missed).toMatch(/14.00 × \| \*\*no\*\* \|$/)
    expect(goalsTable([])).toBe('')
  })
})
