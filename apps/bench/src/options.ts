import { parseArgs } from 'node:util'
import type { Size } from './workloads/workload.js'

/** What to measure. */
export interface BenchOptions {
  readonly size: Size
  readonly repetitions: number
  /** Names of workloads; empty: all. */
  readonly only: readonly string[]
  /** Names of drivers; empty: all. */
  readonly drivers: readonly string[]
  /** Where to write profiles, if they are wanted. */
  readonly profile: string | undefined
}

/** What `--help` says. */
export const usage = `npm run bench                        everything, three times; writes apps/bench/RESULTS.md (about 25 minutes)
npm run bench -- --quick             a first look, in about two minutes
npm run bench -- --only fanout,late  some workloads
npm run bench -- --drivers ws,llmmon some drivers
npm run bench -- --repetitions 5
npm run bench -- --profile FOLDER    writes a CPU profile of each process there`

/** Reads the command line; undefined where help is wanted. @throws TypeError for an option that is none. */
export function optionsOf(args: readonly string[]): BenchOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
      drivers: { type: 'string', default: '' },
      repetitions: { type: 'string' },
      profile: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return undefined
  const repetitions = Number(values.repetitions ?? (values.quick ? 1 : 3))
  if (!Number.isInteger(repetitions) || repetitions < 1) {
    throw new TypeError(`Expected --repetitions to be a whole number from 1 on; got ${values.repetitions}.`)
  }
  return {
    size: values.quick ? 'quick' : 'full',
    repetitions,
    only: names(values.only),
    drivers: names(values.drivers),
    profile: values.profile,
  }
}

function names(text: string): readonly string[] {
  return text.split(',').filter((name) => name !== '')
}
