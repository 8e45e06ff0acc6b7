/** What a process has used so far. */
export interface Sample {
  /** When it was looked at, ms of the machine's monotonic clock. */
  readonly at: number
  readonly cpuMicros: number
  readonly rss: number
  /** Of the heap of a Node process and what it keeps outside of it. */
  readonly heap: number
}

/** What this process has used so far; collects garbage first where it was started with `--expose-gc` and `isSettled` is asked for. */
export function sampleProcess(at: number, isSettled = false): Sample {
  if (isSettled) globalThis.gc?.()
  const { user, system } = process.cpuUsage()
  const { rss, heapUsed, external } = process.memoryUsage()
  return { at, cpuMicros: user + system, rss, heap: heapUsed + external }
}
