import type { Draft } from './draft.js'

/** Where a run's events go: to a publisher, or nowhere. */
export interface RunSink {
  readonly monitored: boolean
  /** Takes an event; `payloadLength` is how long its payload is as JSON. */
  push(draft: Draft, payloadLength: number): void
  flushed(timeoutMs: number): Promise<boolean>
}

/** The sink of a chain that runs without being watched. */
export const silentSink: RunSink = {
  monitored: false,
  push: () => undefined,
  flushed: () => Promise.resolve(false),
}
