import { setImmediate as nextTurn } from 'node:timers/promises'
import { clock } from './payload.js'

/** What a chain says while it works. */
export interface Spoken {
  readonly perSecond: number
  say(): void
}

const material = new Uint8Array(4_096).fill(7)
/** About 200 µs. */
const unitsPerTurn = 50

/** A hash (FNV-1a). It allocates nothing: what garbage costs changes with what else is on the heap, and would be taken for what is measured. */
function work(): number {
  let hash = 2_166_136_261
  for (let i = 0; i < material.length; i += 1) hash = Math.imul(hash ^ (material[i] as number), 16_777_619)
  return hash
}

/** A chain that works all the time and speaks as it goes. Gives how many units of work it has done in a second of CPU time. */
export async function bareChain(ms: number, spoken: Spoken | undefined): Promise<number> {
  const start = clock()
  const before = process.cpuUsage()
  let units = 0
  let said = 0
  for (let now = start; now - start < ms; now = clock()) {
    for (let i = 0; i < unitsPerTurn; i += 1) material[i] = work() & 0xff
    units += unitsPerTurn
    if (spoken) for (const due = ((now - start) / 1_000) * spoken.perSecond; said < due; said += 1) spoken.say()
    await nextTurn()
  }
  const { user, system } = process.cpuUsage(before)
  return units / ((user + system) / 1e6)
}
