import type { DriverName } from './drivers/names.js'
import type { Outcome } from './outcome.js'
import type { Case, Figures } from './workloads/workload.js'

/** Runs a case: in each repetition every driver once, by turns, so that what else the machine does hits all of them alike. */
export async function runCase(
  workload: string,
  measured: Case,
  drivers: readonly DriverName[],
  repetitions: number,
): Promise<Outcome> {
  const figures = new Map<DriverName, Figures[]>()
  const failures = new Map<DriverName, string>()
  for (let i = 0; i < repetitions; i += 1) {
    for (const driver of drivers) {
      if (failures.has(driver)) continue
      try {
        const found = await measured.measure(driver)
        figures.set(driver, [...(figures.get(driver) ?? []), found])
      } catch (error) {
        failures.set(driver, error instanceof Error ? error.message : String(error))
        figures.delete(driver)
      }
    }
  }
  return { workload, measured, figures, failures }
}
