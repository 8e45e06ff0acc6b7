import { bundleSize } from './bundle-size.js'
import { clientCost } from './client-cost.js'
import { fanOut } from './fan-out.js'
import { growth } from './growth.js'
import { idleMemory } from './idle-memory.js'
import { lateJoin } from './late-join.js'
import { latency } from './latency.js'
import { manyRuns } from './many-runs.js'
import type { Workload } from './workload.js'
import { writerCost } from './writer-cost.js'

/** Every workload, in the order of the report. */
export const workloads: readonly Workload[] = [
  fanOut,
  manyRuns,
  latency,
  lateJoin,
  writerCost,
  idleMemory,
  clientCost,
  bundleSize,
  growth,
]
