import type { Json, Wire } from '@llmmon/core/protocol'

/** An id that knows what its run gives. For everything but types it is the id. */
export type RunId<Result = Json> = string & { readonly '~run'?: { readonly result: Result } }

/** A monitored chain, as far as its types are concerned. */
interface TypedChain<Output = unknown> {
  start(...args: never[]): { readonly result: Promise<Output> }
}

/** What the runs of a chain give, as it arrives. */
export type ResultOf<Chain extends TypedChain> = Chain extends TypedChain<infer Output> ? Wire<Output> : Json

/**
 * Gives an id the types of its chain, for the viewer's side: results as they are after the wire, so a Date is a string. Only types pass; nothing of
 * the chain's code comes along.
 *
 * @example
 * import type { summarise } from '../server/chains'
 * const { digest } = await new ChainMonitor(runOf<typeof summarise>(runId)).result
 */
export function runOf<Chain extends TypedChain>(runId: string): RunId<ResultOf<Chain>> {
  return runId
}
