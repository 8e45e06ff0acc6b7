import { expect, it } from 'vitest'
import { stalledAfterMs, tickMsOf } from '../src/tick.js'

it.each([
  [5_000, 1_000, 8_750],
  [500, 100, 875],
  [60_000, 1_000, 118_750],
  [10, 20, -5],
])(
  'with heartbeats every %i ms looks every %i ms, and calls a writer stalled from %i ms on',
  (heartbeatMs, tickMs, stalledMs) => {
    const transport = { liveness: { heartbeatMs, leaseMs: heartbeatMs * 4 } }

    expect([tickMsOf(transport), stalledAfterMs(transport)]).toEqual([tickMs, stalledMs])
  },
)
