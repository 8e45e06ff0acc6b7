import type { DriverName } from '../driver-names.js'
import { asked } from '../processes/redis-server.js'
import { onStage, type Stage } from '../processes/stage.js'
import { median } from '../report/median.js'
import { byDriver, type Case, type Figure, type Figures, type Size, type Workload } from './workload.js'

const runIds = ['late', 'silent']
const tokenLength = 5
const eventLength = 120

interface History {
  readonly events: number
  readonly what: 'event' | 'token'
}

const joinFigures: readonly Figure[] = [
  { key: 'first', title: 'first on its server, ms', digits: 1, hasRatio: true },
  { key: 'next', title: 'the next ones, ms', digits: 1, hasRatio: true },
]

const crowdFigures: readonly Figure[] = [
  { key: 'ms', title: 'until the last has all, ms', digits: 0, hasRatio: true },
  { key: 'reads', title: 'reads of the store', digits: 0 },
]

/** Viewers that come when much has been said already. */
export const lateJoin: Workload = {
  name: 'late',
  title: 'Late join',
  about:
    'A run is open and has a history; a viewer connects, and the time counts from its connect until it has parsed all. The first one on a server makes that read the store; for the next ones the server has it.',
  cases: (size) => [
    {
      title: '5,000 events that cannot be merged',
      figures: joinFigures,
      rows: byDriver(['stream', 'llmmon'], (driver) => measureLateJoin(driver, { events: 5_000, what: 'event' })),
      limit: 'stream',
    },
    tokensCase(size),
    crowdCase(size),
  ],
}

/** A viewer of a run with a long history. */
export function measureLateJoin(driver: DriverName, history: History): Promise<Figures> {
  return onStage(driver, (stage) => join(stage, history))
}

// The bare path keeps 200,000 tokens as 200,000 entries: it is left out of the long case, where it says nothing new.
function tokensCase(size: Size): Case {
  const events = size === 'quick' ? 20_000 : 200_000
  const names: DriverName[] = size === 'quick' ? ['one-frame', 'stream', 'llmmon'] : ['one-frame', 'llmmon']
  return {
    title: `${events.toLocaleString('en')} tokens of 5 characters`,
    figures: joinFigures,
    rows: byDriver(names, (driver) => measureLateJoin(driver, { events, what: 'token' })),
    limit: 'one-frame',
  }
}

function crowdCase(size: Size): Case {
  const joiners = size === 'quick' ? 200 : 1_000
  return {
    title: `${joiners.toLocaleString('en')} at once, of a run of 500 events`,
    figures: crowdFigures,
    rows: byDriver(['stream', 'llmmon'], (driver) => onStage(driver, (stage) => crowd(stage, joiners))),
    limit: 'stream',
  }
}

async function say(stage: Stage, { events, what }: History): Promise<number> {
  await stage.publisher.call('open', runIds)
  // Connects once before: what a process does for the first time is not what a join costs.
  await stage.viewers.call('lateJoin', { runId: runIds[1], characters: 0, joiners: 20 })
  const length = what === 'token' ? tokenLength : eventLength
  return stage.publisher.call<number>('history', { events, what, length })
}

async function join(stage: Stage, history: History): Promise<Figures> {
  const characters = await say(stage, history)
  const once = () => stage.viewers.call<number>('lateJoin', { runId: runIds[0], characters, joiners: 1 })
  const first = await once()
  const next = [await once(), await once(), await once(), await once(), await once()]
  return { first, next: median(next) }
}

async function crowd(stage: Stage, joiners: number): Promise<Figures> {
  const characters = await say(stage, { events: 500, what: 'event' })
  const before = await stage.redis.use()
  const ms = await stage.viewers.call<number>('lateJoin', { runId: runIds[0], characters, joiners })
  return { ms, reads: asked(before, await stage.redis.use()).requests }
}
