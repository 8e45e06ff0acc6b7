import { measureFanOut } from './fan-out.js'
import { measureFinishedRuns } from './finished-runs.js'
import { measureLateJoin } from './late-join.js'
import { measureManyRuns } from './many-runs.js'
import type { Case, Figure, Figures, Size, Workload } from './workload.js'

/** How each cost grows: once, ten times, a hundred times as much. */
export const growth: Workload = {
  name: 'growth',
  title: 'How it grows',
  about: 'llmmon alone, with ×1, ×10 and ×100 of one thing; in brackets how many times the first row.',
  cases: (size) => [
    grown(
      'Viewers of one run, 64 events under way',
      [
        { key: 'perCpuSecond', title: 'delivered per server CPU second', digits: 0, hasRatio: true },
        { key: 'redisMicros', title: 'Redis µs per event', digits: 1 },
      ],
      [20, 200, 2_000],
      'viewers',
      (viewers) => measureFanOut('llmmon', viewers, size),
    ),
    grown(
      'Runs with one viewer each, 8 events of each under way',
      [
        { key: 'perSecond', title: 'events/s', digits: 0, hasRatio: true },
        { key: 'serverMicros', title: 'server µs per event', digits: 1, hasRatio: true },
        { key: 'lost', title: 'lost', digits: 0 },
      ],
      [10, 100, 1_000],
      'runs',
      (runs) => measureManyRuns('llmmon', runs, 8, size),
    ),
    grown(
      'Tokens that a late viewer finds',
      [
        { key: 'first', title: 'first of its run, ms', digits: 1, hasRatio: true },
        { key: 'next', title: 'the next ones, ms', digits: 1, hasRatio: true },
      ],
      longest(size),
      'tokens',
      (events) => measureLateJoin('llmmon', { events, what: 'token', runs: 1 }),
    ),
    grown(
      'Finished runs in Redis, a server with one open run',
      [
        { key: 'cpu', title: 'CPU of the server, ms per second', digits: 2 },
        { key: 'rss', title: 'its memory, MiB', digits: 1, hasRatio: true },
      ],
      size === 'quick' ? [100, 1_000, 10_000] : [1_000, 10_000, 100_000],
      'finished runs',
      measureFinishedRuns,
    ),
  ],
}

function longest(size: Size): readonly number[] {
  return size === 'quick' ? [200, 2_000, 20_000] : [2_000, 20_000, 200_000]
}

function grown(
  title: string,
  figures: readonly Figure[],
  sizes: readonly number[],
  noun: string,
  measure: (size: number) => Promise<Figures>,
): Case {
  const rows = sizes.map((size) => ({
    key: String(size),
    title: `${size.toLocaleString('en')} ${noun}`,
    driver: 'llmmon' as const,
    measure: () => measure(size),
  }))
  return { title, figures, rows, limit: String(sizes[0]) }
}
