import type { DriverName } from '../driver-names.js'
import { asked } from '../processes/redis-server.js'
import { onStage, type Stage } from '../processes/stage.js'
import { median } from '../report/median.js'
import { byDriver, type Case, type Figure, type Figures, type Size, type Workload } from './workload.js'

const silent = 'silent'
/** How many runs have the same history: each has a first viewer, and one alone says little. */
const usualRuns = 5
const tokenLength = 5
const eventLength = 120

interface History {
  readonly events: number
  readonly what: 'event' | 'token'
  /** How many runs have it. */
  readonly runs?: number
}

const joinFigures: readonly Figure[] = [
  { key: 'first', title: 'first of its run, ms', digits: 1, hasRatio: true },
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
    'Runs are open and have a history; a viewer connects, and the time counts from its connect until it has parsed all. The first one of a run on a server makes that read the store; for the next ones the server has it. Of five runs, one after the other; the medians.',
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

async function say(stage: Stage, runIds: readonly string[], { events, what }: History): Promise<number> {
  await stage.publisher.call('open', [...runIds, silent])
  // Connects once before: what a process does for the first time is not what a join costs.
  await stage.viewers.call('lateJoin', { runId: silent, characters: 0, joiners: 20 })
  const length = what === 'token' ? tokenLength : eventLength
  let characters = 0
  for (const runId of runIds) {
    characters = await stage.publisher.call<number>('history', { runId, events, what, length })
  }
  return characters
}

async function join(stage: Stage, history: History): Promise<Figures> {
  const runIds = Array.from({ length: history.runs ?? usualRuns }, (_, i) => `late-${i}`)
  const characters = await say(stage, runIds, history)
  const once = (runId: string | undefined) => stage.viewers.call<number>('lateJoin', { runId, characters, joiners: 1 })
  const first: number[] = []
  for (const runId of runIds) first.push(await once(runId))
  const next: number[] = []
  for (let i = 0; i < usualRuns; i += 1) next.push(await once(runIds[0]))
  return { first: median(first), next: median(next) }
}

async function crowd(stage: Stage, joiners: number): Promise<Figures> {
  const characters = await say(stage, ['crowded'], { events: 500, what: 'event' })
  const before = await stage.redis.use()
  const ms = await stage.viewers.call<number>('lateJoin', { runId: 'crowded', characters, joiners })
  return { ms, reads: asked(before, await stage.redis.use()).requests }
}
