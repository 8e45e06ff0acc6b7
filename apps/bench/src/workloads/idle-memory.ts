import { setTimeout as sleep } from 'node:timers/promises'
import type { DriverName } from '../driver-names.js'
import type { Sample } from '../processes/sample.js'
import { onStage } from '../processes/stage.js'
import { byDriver, everybody, type Figure, type Figures, type Workload } from './workload.js'

const runIds = ['idle']

const figures: readonly Figure[] = [
  { key: 'rss', title: 'RSS per viewer, KiB', digits: 1, hasRatio: true },
  { key: 'heap', title: 'heap per viewer, KiB', digits: 1, hasRatio: true },
  { key: 'cpu', title: 'CPU of the idle server, ms per second', digits: 2 },
]

/** What a viewer costs the server while nothing happens. */
export const idleMemory: Workload = {
  name: 'idle',
  title: 'Idle viewers',
  about:
    'Viewers of one run that says nothing: the memory of the server with them less that with a quarter as many others, after a collection each time, by viewer; and the CPU that it takes to do nothing.',
  cases(size) {
    const viewers = size === 'quick' ? 500 : 2_000
    const rows = byDriver(everybody, (driver) => measure(driver, viewers))
    return [{ title: `${viewers.toLocaleString('en')} viewers`, figures, rows, limit: 'ws' }]
  },
}

function measure(driver: DriverName, viewers: number): Promise<Figures> {
  return onStage(driver, async (stage) => {
    const ackPort = await stage.publisher.call<number>('open', runIds)
    // The first ones make what all of them share: the run that is followed, the code that is compiled because it runs often, the room in which garbage collects.
    await stage.viewers.call('join', { runs: runIds, each: viewers / 4, ackPort })
    await sleep(300)
    const before = await stage.server.call<Sample>('sample', true)
    await stage.viewers.call('join', { runs: runIds, each: viewers, ackPort })
    await sleep(300)
    const after = await stage.server.call<Sample>('sample', true)
    // What comes with joining has passed by then.
    await sleep(6_000)
    const quiet = await stage.server.call<Sample>('sample')
    await sleep(4_000)
    const later = await stage.server.call<Sample>('sample')
    return {
      rss: (after.rss - before.rss) / viewers / 1_024,
      heap: (after.heap - before.heap) / viewers / 1_024,
      cpu: (later.cpuMicros - quiet.cpuMicros) / (later.at - quiet.at),
    }
  })
}
