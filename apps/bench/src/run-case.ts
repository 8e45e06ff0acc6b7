import type { Outcome } from './outcome.js'
import type { Case, Figures, Row } from './workloads/workload.js'

/** Runs a case: in each repetition every row once, by turns, so that what else the machine does hits all of them alike. */
export async function runCase(
  workload: string,
  measured: Case,
  rows: readonly Row[],
  repetitions: number,
): Promise<Outcome> {
  const figures = new Map<string, Figures[]>()
  const failures = new Map<string, string>()
  for (let i = 0; i < repetitions; i += 1) {
    for (const { key, measure } of rows) {
      if (failures.has(key)) continue
      try {
        const found = await measure()
        figures.set(key, [...(figures.get(key) ?? []), found])
      } catch (error) {
        failures.set(key, error instanceof Error ? error.message : String(error))
        figures.delete(key)
      }
    }
  }
  return { workload, measured, figures, failures }
}
