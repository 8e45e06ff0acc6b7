import type { DriverName } from '../driver-names.js'
import { asked } from '../processes/redis-server.js'
import { onStage } from '../processes/stage.js'
import { median } from '../report/median.js'
import { byDriver, type Case, type Figure, type Figures, type Size, type Workload } from './workload.js'

const runIds = Array.from({ length: 16 }, (_, i) => `writer-${i}`)
const tokensPerSecond = 1_000
/** Long enough to be spoken in as a chain speaks, short enough that both kinds of turns meet the same moods of the machine. */
const turnMs = 500

const burstFigures: readonly Figure[] = [
  { key: 'micros', title: 'µs of CPU per event', digits: 2, hasRatio: true },
  { key: 'redisMicros', title: 'Redis µs per event', digits: 2, hasRatio: true },
  { key: 'requests', title: 'Redis requests per event', digits: 3 },
  { key: 'commands', title: 'Redis commands, in scripts too', digits: 3 },
  { key: 'bytes', title: 'bytes allocated per event', digits: 0, hasRatio: true },
]

const busyFigures: readonly Figure[] = [
  { key: 'loss', title: 'throughput lost, %', digits: 2 },
  { key: 'requests', title: 'Redis requests per token', digits: 3 },
]

/** What an event costs the process that says it. */
export const writerCost: Workload = {
  name: 'writer',
  title: 'The cost of an event for its writer',
  about:
    'Bursts of 64 in 16 runs by turns, one each turn of the event loop, at most 1,024 events without an answer: the CPU of the whole writing process, from the call to the answer, and what it allocates. Then a chain that works without pause and says 1,000 tokens a second: how much less it gets done per second of CPU, watched and not watched by turns.',
  cases: (size) => [
    burstCase('token', size, ['redis', 'stream', 'llmmon']),
    burstCase('event', size, ['redis', 'stream', 'llmmon', 'socket-io', 'channels']),
    {
      title: '1,000 tokens a second from a busy chain',
      figures: busyFigures,
      rows: byDriver(['stream', 'llmmon'], (driver) => busy(driver, size)),
      limit: 'stream',
    },
  ],
}

function burstCase(what: 'token' | 'event', size: Size, drivers: readonly DriverName[]): Case {
  return {
    title: what === 'token' ? 'tokens' : 'events that cannot be merged',
    figures: burstFigures,
    rows: byDriver(drivers, (driver) => bursts(driver, what, size === 'quick' ? 12_288 : 49_152)),
    limit: 'stream',
  }
}

function bursts(driver: DriverName, what: 'token' | 'event', count: number): Promise<Figures> {
  return onStage(driver, async (stage) => {
    await stage.publisher.call('open', runIds)
    // Once before: what is compiled and connected first is not the cost of an event.
    await stage.publisher.call('bursts', { count: 6_144, what })
    const before = await stage.redis.use()
    const { cpuMicros, bytes } = await stage.publisher.call<{ cpuMicros: number; bytes: number }>('bursts', {
      count,
      what,
    })
    const after = await stage.redis.use()
    // Those that run in come first in each series of bursts.
    const all = count + 12_288
    const { requests, commands } = asked(before, after)
    const redisMicros = (after.cpuMicros - before.cpuMicros) / all
    return { micros: cpuMicros, redisMicros, requests: requests / all, commands: commands / all, bytes }
  })
}

function busy(driver: DriverName, size: Size): Promise<Figures> {
  return onStage(driver, async (stage) => {
    await stage.publisher.call('open', runIds)
    const turn = (perSecond: number) => stage.publisher.call<number>('busyChain', { ms: turnMs, perSecond })
    // What is compiled first would be taken for what a token costs.
    await stage.publisher.call('bursts', { count: 6_144, what: 'token' })
    await turn(tokensPerSecond)
    const before = await stage.redis.use()
    const ratios: number[] = []
    const turns = size === 'quick' ? 8 : 24
    let bare = await turn(0)
    for (let i = 0; i < turns; i += 1) {
      const spoken = await turn(tokensPerSecond)
      const bareAfter = await turn(0)
      ratios.push(spoken / ((bare + bareAfter) / 2))
      bare = bareAfter
    }
    const { requests } = asked(before, await stage.redis.use())
    const tokens = turns * turnMs * (tokensPerSecond / 1_000)
    return { loss: (1 - median(ratios)) * 100, requests: requests / tokens }
  })
}
