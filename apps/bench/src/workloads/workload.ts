import type { DriverName } from '../drivers/names.js'

/** How much is measured: `quick` for a first look, `full` for the record. */
export type Size = 'quick' | 'full'

/** One number that a workload gives. */
export interface Figure {
  readonly key: string
  /** Its column in the table, with the unit. */
  readonly title: string
  readonly digits: number
  /** Without it the ratio to the limit is left out. */
  readonly hasRatio?: boolean
}

/** What was measured, by the keys of the figures. */
export type Figures = Readonly<Record<string, number>>

/** One measurement: the same for every driver, each repetition on fresh processes. */
export interface Case {
  /** Its heading. */
  readonly title: string
  readonly figures: readonly Figure[]
  /** Who is measured, in the order of the table; each repetition takes them by turns. */
  readonly drivers: readonly DriverName[]
  /** What ratios refer to. */
  readonly limit: DriverName
  measure(driver: DriverName): Promise<Figures>
}

/** A kind of work, with everything that is measured of it. */
export interface Workload {
  /** For `--only`. */
  readonly name: string
  readonly title: string
  /** What is done, and how it is measured. */
  readonly about: string
  cases(size: Size): readonly Case[]
}
