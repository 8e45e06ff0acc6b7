import { type DriverName, infoOf } from '../driver-names.js'

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

/** One thing that is measured: a driver under this work, or a size of it. */
export interface Row {
  readonly key: string
  readonly title: string
  /** Who must be there for it. */
  readonly driver: DriverName
  measure(): Promise<Figures>
}

/** One table: each repetition measures every row once, by turns, on fresh processes. */
export interface Case {
  /** Its heading. */
  readonly title: string
  readonly figures: readonly Figure[]
  readonly rows: readonly Row[]
  /** The row that ratios refer to. */
  readonly limit: string
}

/** A row for each driver. */
export function byDriver(
  names: readonly DriverName[],
  measure: (driver: DriverName) => Promise<Figures>,
): readonly Row[] {
  return names.map((driver) => ({
    key: driver,
    title: infoOf(driver).title,
    driver,
    measure: () => measure(driver),
  }))
}

/** Everybody who brings live events to viewers. */
export const everybody: readonly DriverName[] = ['ws', 'redis', 'stream', 'llmmon', 'socket-io', 'channels']

/** A kind of work, with everything that is measured of it. */
export interface Workload {
  /** For `--only`. */
  readonly name: string
  readonly title: string
  /** What is done, and how it is measured. */
  readonly about: string
  cases(size: Size): readonly Case[]
}
