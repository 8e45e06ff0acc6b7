import type { Transport } from '@llmmon/core'

/** How often a server looks at what time has done, ms: often enough to tell of a writer that is silent for two heartbeats in time. */
export function tickMsOf({ liveness }: Pick<Transport, 'liveness'>): number {
  return Math.min(1_000, Math.max(20, liveness.heartbeatMs / 5))
}

/** From when on a silent writer is called stalled, ms: seen at the tick after it, that is not later than two heartbeats. */
export function stalledAfterMs(transport: Pick<Transport, 'liveness'>): number {
  // A little more than a tick, for the way to the store and back.
  return transport.liveness.heartbeatMs * 2 - tickMsOf(transport) * 1.25
}
