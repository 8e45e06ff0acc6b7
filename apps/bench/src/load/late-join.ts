import type { DriverViewers } from '../driver.js'
import { clock } from './payload.js'

/** Who joins late, and what there is to get. */
export interface LateJoin {
  readonly runId: string
  /** How many characters of payload the run has. */
  readonly characters: number
  readonly joiners: number
}

/** What the events of a frame say, as JSON. */
interface Spoken {
  readonly data?: unknown
  readonly delta?: unknown
  readonly events?: readonly Spoken[]
}

/** Joins a run that has a history, so many at once; gives how long it took until the last had all of it, ms. Each parses what it gets. */
export async function lateJoin(viewers: DriverViewers, { runId, characters, joiners }: LateJoin): Promise<number> {
  const start = clock()
  const leaves = await Promise.all(Array.from({ length: joiners }, () => whole(viewers, runId, characters)))
  const took = clock() - start
  for (const leave of leaves) leave()
  return took
}

async function whole(viewers: DriverViewers, runId: string, characters: number): Promise<() => void> {
  let got = 0
  let done: () => void = () => undefined
  const isWhole = new Promise<void>((resolve) => {
    done = resolve
  })
  const joined = viewers.join(runId, {
    take(text) {
      got += spokenLength(JSON.parse(text) as Spoken)
      if (got >= characters) done()
    },
  })
  const { leave } = await joined
  if (characters > 0) await isWhole
  return leave
}

function spokenLength({ data, delta, events }: Spoken): number {
  if (events) return events.reduce((sum, event) => sum + spokenLength(event), 0)
  return typeof delta === 'string' ? delta.length : typeof data === 'string' ? data.length : 0
}
