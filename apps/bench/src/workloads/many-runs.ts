import type { DriverName } from '../driver-names.js'
import { onStage } from '../processes/stage.js'
import { watchSpan } from './span.js'
import { byDriver, everybody, type Figure, type Figures, type Size, type Workload } from './workload.js'

const figures: readonly Figure[] = [
  { key: 'perSecond', title: 'events/s', digits: 0, hasRatio: true },
  { key: 'allMicros', title: 'µs of CPU per event, whole path', digits: 1, hasRatio: true },
  { key: 'publisherMicros', title: 'publisher', digits: 1 },
  { key: 'redisMicros', title: 'Redis', digits: 1 },
  { key: 'serverMicros', title: 'server', digits: 1 },
  { key: 'viewerMicros', title: 'viewers', digits: 1 },
  { key: 'requests', title: 'Redis requests per event', digits: 3 },
  { key: 'lost', title: 'lost', digits: 0 },
]

/** Many runs with a viewer each. */
export const manyRuns: Workload = {
  name: 'runs',
  title: 'Many runs',
  about:
    '1,000 runs with one viewer each. With one event of a run under way there is nothing to batch within a run; with eight there is, as with real providers, whose tokens come in bursts.',
  cases: (size) =>
    [1, 8].map((inFlight) => ({
      title: `1,000 runs, ${inFlight} ${inFlight === 1 ? 'event' : 'events'} of each under way`,
      figures,
      rows: byDriver(everybody, (driver) => measureManyRuns(driver, 1_000, inFlight, size)),
      limit: 'redis',
    })),
}

/** So many runs with one viewer each. */
export function measureManyRuns(driver: DriverName, count: number, inFlight: number, size: Size): Promise<Figures> {
  const ms = size === 'quick' ? 1_500 : 3_000
  const runs = Array.from({ length: count }, (_, i) => `run-${i}`)
  return onStage(driver, async (stage) => {
    const ackPort = await stage.publisher.call<number>('open', runs)
    await stage.viewers.call('join', { runs, each: 1, ackPort })
    await stage.publisher.call('keepInFlight', inFlight)
    const span = await watchSpan(stage, ms, ms / 3)
    const { lost } = await stage.publisher.call<{ lost: number }>('stop')
    return {
      perSecond: span.delivered / span.seconds,
      allMicros: (span.publisherMicros + span.redisMicros + span.serverMicros + span.viewerMicros) / span.delivered,
      publisherMicros: span.publisherMicros / span.delivered,
      redisMicros: span.redisMicros / span.delivered,
      serverMicros: span.serverMicros / span.delivered,
      viewerMicros: span.viewerMicros / span.delivered,
      requests: span.requests / span.delivered,
      lost,
    }
  })
}
