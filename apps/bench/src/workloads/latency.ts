import { setTimeout as sleep } from 'node:timers/promises'
import type { DriverName } from '../driver-names.js'
import { onStage } from '../processes/stage.js'
import { byDriver, everybody, type Figure, type Figures, type Size, type Workload } from './workload.js'

const perSecond = 200
const viewers = 10
const runIds = ['latency']

const figures: readonly Figure[] = [
  { key: 'p50', title: 'p50, ms', digits: 3, hasRatio: true },
  { key: 'p99', title: 'p99, ms', digits: 3, hasRatio: true },
]

/** How long an event takes from being said to being with a viewer, where little happens. */
export const latency: Workload = {
  name: 'latency',
  title: 'Latency at 200 events a second',
  about:
    'One run, ten viewers, an event every 5 ms; the time from the call that says it to the callback of each viewer. Batching must cost nothing here. Tokens may wait for each other up to 5 ms where the one before has just been written; other events never wait.',
  cases: (size) => [
    {
      title: 'events',
      figures,
      rows: byDriver(everybody, (driver) => measure(driver, 'event', size)),
      limit: 'stream',
    },
    {
      title: 'tokens',
      figures,
      rows: byDriver(['stream', 'llmmon'], (driver) => measure(driver, 'token', size)),
      limit: 'stream',
    },
  ],
}

function measure(driver: DriverName, what: 'event' | 'token', size: Size): Promise<Figures> {
  return onStage(driver, async (stage) => {
    const ackPort = await stage.publisher.call<number>('open', runIds)
    await stage.viewers.call('join', { runs: runIds, each: viewers, ackPort })
    await stage.publisher.call('pace', { perSecond, what })
    await sleep(500)
    await stage.viewers.call('time')
    await sleep(size === 'quick' ? 1_500 : 3_000)
    const { p50, p99 } = await stage.viewers.call<{ p50: number; p99: number }>('latency')
    await stage.publisher.call('stop')
    return { p50, p99 }
  })
}
