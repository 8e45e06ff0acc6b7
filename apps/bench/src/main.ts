import { availableDrivers } from './drivers/available.js'
import type { DriverName } from './drivers/names.js'
import { optionsOf, usage } from './options.js'
import type { Outcome } from './outcome.js'
import { tableOf } from './report/table.js'
import { runCase } from './run-case.js'
import { workloads } from './workloads/all.js'

const options = optionsOf(process.argv.slice(2))
if (!options) console.log(usage)
else {
  const { names, leftOut } = availableDrivers(process.env)
  const isWanted = (driver: DriverName) => options.drivers.length === 0 || options.drivers.includes(driver)
  const outcomes: Outcome[] = []
  for (const line of leftOut) console.log(line)
  for (const workload of workloads) {
    if (options.only.length > 0 && !options.only.includes(workload.name)) continue
    console.log(`\n## ${workload.title}\n\n${workload.about}`)
    for (const measured of workload.cases(options.size)) {
      const drivers = measured.drivers.filter((driver) => names.includes(driver) && isWanted(driver))
      const outcome = await runCase(workload.name, measured, drivers, options.repetitions)
      outcomes.push(outcome)
      console.log(`\n### ${measured.title}\n\n${tableOf(outcome)}`)
    }
  }
}
