import type { DriverName } from './drivers/names.js'
import { median } from './report/median.js'
import type { Case, Figures } from './workloads/workload.js'

/** What a case gave: the figures of each driver, by repetition. */
export interface Outcome {
  readonly workload: string
  readonly measured: Case
  readonly figures: ReadonlyMap<DriverName, readonly Figures[]>
  /** Why drivers have no figures. */
  readonly failures: ReadonlyMap<DriverName, string>
}

/** The median of a figure of a driver; NaN where there is none. */
export function medianOf({ figures }: Outcome, driver: DriverName, key: string): number {
  return median((figures.get(driver) ?? []).map((it) => it[key] ?? Number.NaN))
}

/** The median of the ratios to another driver, each taken in one repetition; NaN where there is none. */
export function ratioOf({ figures }: Outcome, driver: DriverName, key: string, to: DriverName): number {
  const others = figures.get(to) ?? []
  const ratios = (figures.get(driver) ?? []).map((it, i) => (it[key] ?? Number.NaN) / (others[i]?.[key] ?? Number.NaN))
  return median(ratios)
}
