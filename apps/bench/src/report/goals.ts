import { medianOf, type Outcome, ratioOf } from '../outcome.js'
import { format, markdown } from './table.js'

interface Goal {
  readonly says: string
  readonly workload: string
  /** How the heading of the case begins. */
  readonly of: string
  readonly aim: readonly ['≥' | '≤', number]
  readonly unit: string
  readonly digits: number
  read(outcome: Outcome): number
}

const times = (key: string, to: string, row = 'llmmon') => ({
  unit: '×',
  digits: 2,
  read: (outcome: Outcome) => ratioOf(outcome, row, key, to),
})
const amount = (key: string, unit: string, digits: number) => ({
  unit,
  digits,
  read: (outcome: Outcome) => medianOf(outcome, 'llmmon', key),
})
const oneInFlight = { workload: 'runs', of: '1,000 runs, 1 event' } as const
const eightInFlight = { workload: 'runs', of: '1,000 runs, 8 events' } as const
const tokens = { workload: 'writer', of: 'tokens' } as const

/** What llmmon means to reach, as ratios within one run on one machine. */
const goals: readonly Goal[] = [
  ...['500 viewers', '2,000 viewers'].map((of) => ({
    says: `Fan-out to ${of}: deliveries per server CPU second, to raw ws`,
    workload: 'fanout',
    of,
    aim: ['≥', 15] as const,
    ...times('perCpuSecond', 'ws'),
  })),
  {
    says: 'Latency at 200 events/s: p50, to the bare stream path',
    workload: 'latency',
    of: 'events',
    aim: ['≤', 1.2],
    ...times('p50', 'stream'),
  },
  {
    says: '1,000 runs, one event under way: events/s, to ws + Redis pub/sub',
    ...oneInFlight,
    aim: ['≥', 1.3],
    ...times('perSecond', 'redis'),
  },
  { says: '… to Socket.IO', ...oneInFlight, aim: ['≥', 2.5], ...times('perSecond', 'socket-io') },
  { says: '… to Django Channels', ...oneInFlight, aim: ['≥', 30], ...times('perSecond', 'channels') },
  { says: '… lost', ...oneInFlight, aim: ['≤', 0], ...amount('lost', '', 0) },
  {
    says: '1,000 runs, eight events under way: events/s, to ws + Redis pub/sub',
    ...eightInFlight,
    aim: ['≥', 4],
    ...times('perSecond', 'redis'),
  },
  { says: '… lost', ...eightInFlight, aim: ['≤', 0], ...amount('lost', '', 0) },
  {
    says: 'Late join of 200,000 tokens: ms, to their text in one frame',
    workload: 'late',
    of: '200,000',
    aim: ['≤', 2],
    ...times('next', 'one-frame'),
  },
  {
    says: '… the first of its run on a server',
    workload: 'late',
    of: '200,000',
    aim: ['≤', 2],
    ...times('first', 'one-frame'),
  },
  {
    says: 'Late join of 5,000 events that cannot be merged: ms, to the bare stream path',
    workload: 'late',
    of: '5,000',
    aim: ['≤', 1.2],
    ...times('first', 'stream'),
  },
  {
    says: '1,000 late joiners at once: reads of the store',
    workload: 'late',
    of: '1,000 at once',
    aim: ['≤', 1],
    ...amount('reads', '', 0),
  },
  { says: 'A token for its writer: CPU', ...tokens, aim: ['≤', 3], ...amount('micros', 'µs', 2) },
  { says: '… CPU of Redis', ...tokens, aim: ['≤', 2], ...amount('redisMicros', 'µs', 2) },
  { says: '… Redis requests', ...tokens, aim: ['≤', 0.1], ...amount('requests', '', 3) },
  {
    says: '1,000 tokens/s: throughput that a busy chain loses',
    workload: 'writer',
    of: '1,000 tokens',
    aim: ['≤', 1],
    ...amount('loss', '%', 2),
  },
  {
    says: 'Memory of an idle viewer: RSS, to raw ws',
    workload: 'idle',
    of: '2,000',
    aim: ['≤', 1.2],
    ...times('rss', 'ws'),
  },
]

/** The goals beside what was measured; those that nothing was measured for are left out. */
export function goalsTable(outcomes: readonly Outcome[]): string {
  const rows = goals.flatMap((goal) => {
    const outcome = outcomes.find((it) => it.workload === goal.workload && it.measured.title.startsWith(goal.of))
    const value = outcome ? goal.read(outcome) : Number.NaN
    if (!Number.isFinite(value)) return []
    const [way, aim] = goal.aim
    const isMet = way === '≥' ? value >= aim : value <= aim
    const unit = goal.unit === '' ? '' : ` ${goal.unit}`
    return [[goal.says, `${way} ${aim}${unit}`, `${format(value, goal.digits)}${unit}`, isMet ? 'yes' : '**no**']]
  })
  return rows.length === 0 ? '' : markdown(['goal', 'at', 'measured', 'met'], rows)
}
