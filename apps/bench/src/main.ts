import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { availableDrivers } from './available-drivers.js'
import type { DriverName } from './driver-names.js'
import { optionsOf, usage } from './options.js'
import type { Outcome } from './outcome.js'
import { startRedis } from './processes/redis-server.js'
import { profileInto } from './processes/stage.js'
import { goalsTable } from './report/goals.js'
import { machine } from './report/machine.js'
import { resultsOf } from './report/results.js'
import { tableOf } from './report/table.js'
import { runCase } from './run-case.js'
import { workloads } from './workloads/all.js'

const results = fileURLToPath(new URL('../RESULTS.md', import.meta.url))
const options = optionsOf(process.argv.slice(2))

if (!options) console.log(usage)
else {
  const { size, repetitions, only, drivers, profile } = options
  if (profile !== undefined) profileInto(profile)
  const { names, leftOut } = availableDrivers(process.env)
  const isWanted = (driver: DriverName) => names.includes(driver) && (drivers.length === 0 || drivers.includes(driver))
  const outcomes: Outcome[] = []
  for (const line of leftOut) console.log(line)
  for (const workload of workloads.filter(({ name }) => only.length === 0 || only.includes(name))) {
    console.log(`\n## ${workload.title}\n\n${workload.about}`)
    for (const measured of workload.cases(size)) {
      const rows = measured.rows.filter(({ driver }) => isWanted(driver))
      if (rows.length === 0) continue
      const outcome = await runCase(workload.name, measured, rows, repetitions)
      outcomes.push(outcome)
      console.log(`\n### ${measured.title}\n\n${tableOf(outcome)}`)
    }
  }
  const goals = goalsTable(outcomes)
  if (goals !== '') console.log(`\n## Goals\n\n${goals}`)
  // Only what was measured whole is for the record.
  if (size === 'full' && only.length + drivers.length === 0) {
    const version = await redisVersion()
    const measured = { workloads, outcomes, repetitions, machine: machine(version), leftOut, date: new Date() }
    writeFileSync(results, resultsOf(measured))
    console.log(`\nWritten to ${results}`)
  }
}

async function redisVersion(): Promise<string> {
  const redis = await startRedis()
  const { version } = await redis.use()
  await redis.close()
  return version
}
