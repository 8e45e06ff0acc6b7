import { createHash } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { clock } from './payload.js'

/** What a chain says while it works. */
export interface Spoken {
  readonly perSecond: number
  say(): void
}

const material = Buffer.alloc(1_024, 'x')

/** A chain that works all the time and speaks as it goes. Gives how many units of work it has done in a second of CPU time. */
export async function bareChain(ms: number, spoken: Spoken | undefined): Promise<number> {
  const start = clock()
  const before = process.cpuUsage()
  let units = 0
  let said = 0
  for (let now = start; now - start < ms; now = clock()) {
    for (let i = 0; i < 50; i += 1) createHash('sha256').update(material).digest()
    units += 50
    if (spoken) for (const due = ((now - start) / 1_000) * spoken.perSecond; said < due; said += 1) spoken.say()
    await nextTurn()
  }
  const { user, system } = process.cpuUsage(before)
  return units / ((user + system) / 1e6)
}
