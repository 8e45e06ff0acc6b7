import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type DriverName, drivers } from './driver-names.js'

/** Who can be measured here, and why others cannot. */
export interface Available {
  readonly names: readonly DriverName[]
  readonly leftOut: readonly string[]
}

/** Looks who can be measured here. */
export function availableDrivers(env: NodeJS.ProcessEnv): Available {
  const missing = new Map<DriverName, string>()
  const peer = new URL('../peers/socket-io/node_modules', import.meta.url)
  if (!existsSync(fileURLToPath(peer))) missing.set('socket-io', 'its packages could not be installed')
  if (!env.BENCH_PYTHON) {
    const why = env.BENCH_WITHOUT_CHANNELS ?? 'npm run bench names one in BENCH_PYTHON'
    missing.set('channels', `no Python here has channels, channels_redis and daphne (${why})`)
  }
  const names = Object.keys(drivers) as DriverName[]
  return {
    names: names.filter((name) => !missing.has(name)),
    leftOut: [...missing].map(([name, why]) => `${drivers[name].title} was left out: ${why}.`),
  }
}
