import type { WebSocketClass } from './socket.js'
import type { WatchedRun } from './watched-run.js'

/** What brings the events of runs: one connection for many (`llmmon.v1`), or one a run (plain). */
export interface RunSource {
  /** Begins to bring a run. */
  watch(run: WatchedRun): void
  /** Stops bringing it. */
  unwatch(run: WatchedRun): void
  /** Asks the run's writer to stop. */
  cancel(runId: string, reason: string | undefined): Promise<'accepted' | 'already_ended'>
  close(): void
}

/** What a source works with. */
export interface RunSourceOptions {
  readonly url: string
  readonly getToken: GetToken | undefined
  readonly WebSocket: WebSocketClass | undefined
}

/** Asks for a token. Without a value nothing is sent. */
export type GetToken = (request: {
  /** The run it is for; undefined: for the connection. */
  readonly runId?: string
  readonly reason: 'connect' | 'expired' | 'refresh' | 'subscribe' | 'cancel'
}) => string | null | undefined | Promise<string | null | undefined>
