import type { Json, JsonObject, Wire, WireItem } from '@llmmon/core/protocol'

/** The steps of a run of which no more is known: any name, any result. */
export type AnySteps = { readonly [name: string]: Json }

/** An id that knows what its run gives. For everything but types it is the id, and any string passes for one that knows nothing. */
export type RunId<Result = Json, Metadata = JsonObject, Steps = AnySteps> = string & {
  readonly '~run'?: { readonly result: Result; readonly metadata: Metadata; readonly steps: Steps }
}

/** A monitored chain, as far as its types are concerned. */
interface TypedChain {
  start(...args: never[]): { readonly result: Promise<unknown> }
  readonly '~run'?: { readonly metadata: unknown; readonly steps: unknown }
}

/** What the type of a chain does not tell. */
interface ToldTypes {
  metadata?: object
  steps?: object
}

type ResultOf<Chain> = Chain extends { start(...args: never[]): { readonly result: Promise<infer Output> } }
  ? WireItem<Output>
  : Json

// Partial: before a run has started, its metadata are empty.
type MetadataOf<Chain, Told> = Told extends { metadata: infer Metadata }
  ? Partial<Wire<Metadata>>
  : Chain extends { readonly '~run'?: { readonly metadata: infer Metadata } }
    ? JsonObject extends Metadata
      ? JsonObject
      : Partial<Wire<Metadata>>
    : JsonObject

type StepsOf<Chain, Told> = Chain extends { readonly '~run'?: { readonly steps: infer Steps } }
  ? Told extends { steps: infer More }
    ? WireSteps<unknown extends Steps ? More : Steps & More>
    : unknown extends Steps
      ? AnySteps
      : WireSteps<Steps>
  : AnySteps

type WireSteps<Steps> = { readonly [Name in keyof Steps]: WireItem<Steps[Name]> }

/** The id of a run of that chain. */
export type RunOf<Chain, Told = ToldTypes> = RunId<ResultOf<Chain>, MetadataOf<Chain, Told>, StepsOf<Chain, Told>>

/**
 * Gives an id the types of its chain, for the viewer's side, as they are after the wire (`Wire<T>`: a Date is a string). Known are the result; the metadata
 * where the chain has a schema of them; the steps of a `sequentialChain`, but for steps inside of steps. The rest can be told by hand. Only types
 * pass: nothing of the chain's code comes along.
 *
 * @example
 * import type { summarise } from '../server/chains'
 * const { digest } = await new ChainMonitor(runOf<typeof summarise>(runId)).result
 * const monitor = new ChainMonitor(runOf<typeof summarise, { metadata: { user: string }; steps: { split: string[] } }>(runId))
 */
export function runOf<Chain extends TypedChain, Told extends ToldTypes = ToldTypes>(runId: string): RunOf<Chain, Told>
export function runOf<Chain extends TypedChain, Told extends ToldTypes = ToldTypes>(
  runId: string | null | undefined,
): RunOf<Chain, Told> | null | undefined
export function runOf(runId: string | null | undefined): string | null | undefined {
  return runId
}
