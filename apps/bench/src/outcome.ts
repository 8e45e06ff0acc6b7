import { median } from './report/median.js'
import type { Case, Figures } from './workloads/workload.js'

/** What a case gave: the figures of each row, by repetition. */
export interface Outcome {
  readonly workload: string
  readonly measured: Case
  readonly figures: ReadonlyMap<string, readonly Figures[]>
  /** Why rows have no figures. */
  readonly failures: ReadonlyMap<string, string>
}

/** The median of a figure of a row; NaN where there is none. */
export function medianOf({ figures }: Outcome, row: string, key: string): number {
  return median((figures.get(row) ?? []).map((it) => it[key] ?? Number.NaN))
}

/** The median of the ratios to another row, each taken in one repetition; NaN where there is none. */
export function ratioOf({ figures }: Outcome, row: string, key: string, to: string): number {
  const others = figures.get(to) ?? []
  const ratios = (figures.get(row) ?? []).map((it, i) => (it[key] ?? Number.NaN) / (others[i]?.[key] ?? Number.NaN))
  return median(ratios)
}
