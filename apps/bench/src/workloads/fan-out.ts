import type { DriverName } from '../driver-names.js'
import { onStage } from '../processes/stage.js'
import { watchSpan } from './span.js'
import { byDriver, everybody, type Figure, type Figures, type Size, type Workload } from './workload.js'

const inFlight = 64
const runIds = ['fan-out']

const figures: readonly Figure[] = [
  { key: 'perCpuSecond', title: 'delivered per server CPU second', digits: 0, hasRatio: true },
  { key: 'perSecond', title: 'delivered/s', digits: 0, hasRatio: true },
  { key: 'requests', title: 'Redis requests per event', digits: 3 },
  { key: 'redisMicros', title: 'Redis µs per event', digits: 1 },
  { key: 'lost', title: 'lost', digits: 0 },
]

/** One run, many viewers, 64 events under way at all times. */
export const fanOut: Workload = {
  name: 'fanout',
  title: 'Fan-out under load',
  about:
    'One run, many viewers; 64 events are under way at all times (said, and not yet with every viewer). What counts is how many deliveries a second of the server’s CPU makes.',
  cases: (size) =>
    (size === 'quick' ? [500] : [500, 2_000]).map((viewers) => ({
      title: `${viewers.toLocaleString('en')} viewers`,
      figures,
      rows: byDriver(everybody, (driver) => measureFanOut(driver, viewers, size)),
      limit: 'ws',
    })),
}

/** Fan-out to so many viewers. */
export function measureFanOut(driver: DriverName, viewers: number, size: Size): Promise<Figures> {
  const ms = size === 'quick' ? 1_000 : 3_000
  return onStage(driver, async (stage) => {
    const ackPort = await stage.publisher.call<number>('open', runIds)
    await stage.viewers.call('join', { runs: runIds, each: viewers, ackPort })
    await stage.publisher.call('keepInFlight', inFlight)
    const span = await watchSpan(stage, ms, ms / 3)
    const { lost } = await stage.publisher.call<{ lost: number }>('stop')
    return {
      perCpuSecond: span.delivered / (span.serverMicros / 1e6),
      perSecond: span.delivered / span.seconds,
      requests: span.requests / span.said,
      redisMicros: span.redisMicros / span.said,
      lost,
    }
  })
}
