import type { Channel } from '../protocol/index.js'
import type { Pick, Tapped, TapSource } from './tap.js'

/** Options of one step. */
export interface StepOptions<Result = unknown> {
  /** What sort of work it is: `llm`, `tool`, `retriever`, `agent`, … Default `step`. */
  kind?: string
  /** Which try this is. Default: one more than the last try of this `stepId`, so 1 for a new step. */
  attempt?: number
  /** Names the step within the run. Default: made up. Give the same one again to try a step again. */
  stepId?: string
  /** How much of the run it is, where the number of steps is known. Default 1. */
  weight?: number
  /** What its viewers get as the intermediate result: the step's result, nothing, or what this makes of it. Default true. */
  result?: boolean | ((result: Result) => unknown)
}

/** What a run and a step have in common: they write tokens, tell progress, and have steps inside. None of it waits or throws. */
export interface Recorder {
  /** The id of the run. */
  readonly runId: string
  /** Aborted when the run is cancelled; pass it to whatever can be stopped. Its reason is an `AbortError`. */
  readonly signal: AbortSignal
  /**
   * Runs a function as a step: started, finished or failed, and timed. Gives what the function gives, throws what it
   * throws.
   */
  step<Result>(
    name: string,
    action: (step: Step) => Result | PromiseLike<Result>,
    options?: StepOptions<Awaited<Result>>,
  ): Promise<Awaited<Result>>
  /** Adds a piece of text. */
  token(delta: string, options?: { channel?: Channel }): void
  /** Says how far it is: 0 to 100, or null for unknown, and what it is doing. Never goes back. */
  progress(percentage: number | null, message?: string): void
  /** Sends viewers anything else. */
  custom(name: string, data?: unknown): void
  /**
   * Watches a stream go by: every chunk comes out unchanged, its text goes to the viewers. Awaited, it drains the
   * stream and gives the text; iterated, it passes the chunks through. A `ReadableStream` comes back as one. When the run is cancelled, the source is closed and whoever waits gets the
   * signal's reason.
   *
   * @param pick takes the text of a chunk; needed where chunks are not strings
   */
  tap<Chunk>(source: ReadableStream<Chunk>, pick?: Pick<Chunk>): ReadableStream<Chunk> & PromiseLike<string>
  tap<Chunk>(source: TapSource<Chunk> | PromiseLike<TapSource<Chunk>>, pick?: Pick<Chunk>): Tapped<Chunk>
  /** Adds what a model call used: `usage({ inputTokens: 120, outputTokens: 45 })`. */
  usage<Counts extends { readonly [Name in keyof Counts]: number }>(counts: Counts): void
}

/** One step, for the function that runs as it. */
export interface Step extends Recorder {
  readonly stepId: string
  readonly attempt: number
}

/** One execution of a chain, for the code that writes it. */
export interface Run extends Recorder {
  /** False once it is certain that nobody can watch this run: its id was taken, the transport refused for good, or was closed before it ended. */
  readonly monitored: boolean
  /** Ends the run well. A second end is ignored. */
  complete(result?: unknown): void
  /** Ends the run as failed; or as cancelled, when its signal has been aborted before. */
  fail(error: unknown): void
  /** Aborts the signal and ends the run as cancelled. */
  cancel(reason?: string): void
  /**
   * Resolves true once everything written so far is stored; false when it cannot be, or is not within `timeoutMs`
   * (default 2000). For scripts and serverless functions that end right after.
   */
  flushed(options?: { timeoutMs?: number }): Promise<boolean>
}
