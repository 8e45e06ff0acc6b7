import type { Base, EncodedBatch, JsonObject, Position } from '../protocol/index.js'

/** What a viewer's server may know of a run before it has read its events. */
export interface RunLabel {
  readonly chain: string | null
  readonly metadata: JsonObject
  readonly tags: readonly string[]
}

/** How a run stands in the store. */
export interface RunInfo extends RunLabel {
  readonly runId: string
  /**
   * - `reserved`: an id is kept for a run that has not started
   * - `open`: a writer writes it
   * - `closed`: it has ended for good
   * - `abandoned`: it was reaped; its own writer may still come back
   */
  readonly state: 'reserved' | 'open' | 'closed' | 'abandoned'
  /** The epoch its newest events belong to; `0` while reserved. */
  readonly epoch: string
  /** The number of its last event; 0 while there is none. */
  readonly last: number
  /** The position that this epoch continues, if it continues one. */
  readonly base?: Base
  /** How its epoch came to be. */
  readonly opened: 'new' | 'replaced' | 'revived' | 'reaped'
  /** ms since the writer last gave a sign of life, by the store's clock. */
  readonly silentMs: number
  /** A cancel that came before the writer did. */
  readonly cancel?: { readonly reason: string | null }
}

/** What a store holds of a run: its info and, in order, every batch after the asked position. */
export interface RunHistory {
  readonly info: RunInfo
  readonly batches: readonly EncodedBatch[]
}

/** A request to keep an id for a run that starts later. */
export interface ReserveRequest extends RunLabel {
  readonly runId: string
  /** How long to keep it, ms. */
  readonly ttlMs: number
}

/**
 * A request to become the writer of a run.
 *
 * - `new`: the id must be free or reserved (then its label becomes `mergedLabel` of both); a repeat by the same owner gets the same epoch, or a new one where the run has been given up meanwhile
 * - `replace`: whatever is there is forgotten, under a new epoch
 * - `revive`: the run was reaped although its owner lives; the owner gets a new epoch, and so does who had a newer one than the run that was reaped
 */
export interface ClaimRequest extends RunLabel {
  readonly runId: string
  /** Names this writer of this run, across retries. */
  readonly owner: string
  /** Names the process, for commands. */
  readonly hostId: string
  readonly mode: 'new' | 'replace' | 'revive'
  /** To revive: the epoch that the writer had. What the store holds from before it is older than the writer. */
  readonly epoch?: string
}

/** The answer to a claim. `exists`: the id is taken. `fenced`: somebody else's epoch is newer. `lost`: there is nothing to revive any more; restore it. */
export type ClaimAnswer =
  | {
      readonly answer: 'ok'
      readonly epoch: string
      readonly cancel?: { readonly reason: string | null }
      /** What the run is called now, where that is not what was claimed: the id had been reserved under a label of its own. */
      readonly label?: RunLabel
    }
  | { readonly answer: 'exists' | 'fenced' | 'closed' | 'lost' }

/** A request to write one sealed batch. */
export interface AppendRequest {
  readonly runId: string
  readonly batch: EncodedBatch
}

/**
 * The answer to every write. Each has one right reaction, so a write whose answer was lost may be repeated blindly.
 *
 * - `ok`: written
 * - `dup`: all of it was there already
 * - `gap`: the store stands at `last`, before this batch; write what is between first
 * - `fenced`: a newer epoch exists; stop for good
 * - `closed`: the run has ended; stop
 * - `lost`: the store does not know this run, or not this epoch of it; restore it
 */
export interface WriteAnswer {
  readonly answer: 'ok' | 'dup' | 'gap' | 'fenced' | 'closed' | 'lost'
  readonly last: number
}

/** A request to replace the oldest part of the raw history by compacted segments. */
export interface CheckpointRequest {
  readonly runId: string
  readonly epoch: string
  /** Compacted batches, contiguous; the last one ends where the raw tail begins. */
  readonly segments: readonly EncodedBatch[]
  /** True: these are all segments of the run. False: they follow the ones stored. */
  readonly replace: boolean
}

/** A request of the same owner to put a run back that the store has lost; epoch and numbers stay. */
export interface RestoreRequest extends RunLabel {
  readonly runId: string
  readonly owner: string
  readonly hostId: string
  readonly epoch: string
  /** The whole history: segments, then the raw tail. Never published. */
  readonly segments: readonly EncodedBatch[]
  readonly tail: readonly EncodedBatch[]
}

/** Something a viewer asks of the writer. */
export interface RunCommand {
  readonly type: 'cancel'
  readonly reason: string | null
}

/**
 * What became of a command.
 *
 * - `accepted`: the writer has acted on it
 * - `stored`: the run is reserved; the writer will find it when it starts
 * - `already_ended`: the run is over, or was given up more than a minute ago
 * - `no_writer`: nobody runs it, or its writer has just been given up and may come back
 */
export type CommandAnswer = 'accepted' | 'stored' | 'already_ended' | 'no_writer'

/** The writer side of this process, as a transport sees it. */
export interface WriterHost {
  readonly hostId: string
  /** Takes a command for a run of this process; resolves once it has been acted on. */
  command(runId: string, command: RunCommand): Promise<CommandAnswer>
  /** Ends every open run as abandoned and flushes; resolves at the latest after `timeoutMs`. */
  shutdown(timeoutMs: number): Promise<void>
}

/** Who watches a run. None of these may throw. */
export interface RunObserver {
  /** A batch was written. May repeat, may come out of order; the history is the truth. */
  batch(batch: EncodedBatch): void
  /** Something was written up to this position; read it. */
  bell(position: Position): void
  /** Messages may have been missed. */
  interrupted(): void
  /** Messages come again; read what was missed. */
  active(): void
}

/**
 * Moves and keeps the events of runs. `memoryTransport` keeps them in this process; others join many processes. A
 * transport only stores, checks `last + 1` and rings; numbering, compaction and merging are done above it, once, for
 * all of them. Every implementation passes the conformance suite of the testkit.
 *
 * Every method but `host` may reject with a `LlmmonError` `transport_failed`: the outcome is then unknown, and
 * `retryable` says whether asking again makes sense.
 */
export interface Transport {
  /** Keeps an id for a run that starts later. `exists` when it is taken. */
  reserve(request: ReserveRequest): Promise<'ok' | 'exists'>
  /** Becomes the writer of a run. */
  claim(request: ClaimRequest): Promise<ClaimAnswer>
  /** How many runs' appends, made in one go, travel as one request. Default 1. */
  readonly appendsAtOnce?: number
  /** Writes one batch, publishes it to the observers, and counts as a sign of life. */
  append(request: AppendRequest): Promise<WriteAnswer>
  /** Replaces raw history by compacted segments. Readers see either the old or the new form. */
  checkpoint(request: CheckpointRequest): Promise<WriteAnswer>
  /** Puts a lost run back. */
  restore(request: RestoreRequest): Promise<WriteAnswer>
  /** A sign of life of the writer. */
  heartbeat(request: { readonly runId: string; readonly epoch: string }): Promise<WriteAnswer>
  /**
   * Ends a run whose writer has been silent for longer than the lease: under a new epoch that continues the old one,
   * with one `error` event of code `abandoned`. Exactly one of many reapers gets `reaped`.
   */
  reap(runId: string): Promise<'reaped' | 'alive' | 'closed' | 'unknown'>
  /** How a run stands, or undefined if there is none. */
  inspect(runId: string): Promise<RunInfo | undefined>
  /**
   * The history of a run after a number of its newest epoch (default 0: all of it), or undefined if there is none.
   *
   * A transport may give `take` a long history in parts as it reads them, so that its reader need not wait for the last, and then resolves with the rest. It
   * may as well give none, as to a reader who comes to a read that has begun. Parts come in order and before the read settles, each with how the run stood. Where the run changed
   * meanwhile they begin anew after the number: what `info` says of the epoch tells whether those before are void. Where the read rejects, they stand. `take` must not throw.
   */
  read(runId: string, after?: number, take?: (part: RunHistory) => void): Promise<RunHistory | undefined>
  /** Watches a run, existing or not. Resolves once nothing can be missed any more; returns how to stop. */
  watch(runId: string, observer: RunObserver): Promise<() => void>
  /** Brings a command to the writer of a run. */
  command(runId: string, command: RunCommand): Promise<CommandAnswer>
  /** Registers a writer side of this process; returns how to take it back. */
  host(host: WriterHost): () => void
  /** Times by which writers and servers judge signs of life. */
  readonly liveness: { readonly heartbeatMs: number; readonly leaseMs: number }
  /** Ends open runs as abandoned, flushes for at most `timeoutMs` (default 2000), frees everything. Idempotent. */
  close(options?: { timeoutMs?: number }): Promise<void>
}
