import type { Run } from './run.js'

/** Where in a run the code is. */
export interface RunContext {
  readonly run: Run
  readonly stepId: string | undefined
}

interface ContextStorage {
  run<Result>(context: RunContext, action: () => Result): Result
  getStore(): RunContext | undefined
}

let storage: ContextStorage | undefined | null

/**
 * The run in which this code runs, or undefined outside of any. Works where the runtime has `AsyncLocalStorage` (Node, Deno, Bun, workers with
 * Node compatibility); the context can get lost in pooled callbacks, so where you have the `run` itself, use that.
 *
 * @example
 * async function lookUp(query: string) {
 *   return currentRun()?.step('look up', () => index.search(query)) ?? index.search(query)
 * }
 */
export function currentRun(): Run | undefined {
  return currentContext()?.run
}

/** The run and step in which this code runs. */
export function currentContext(): RunContext | undefined {
  return contextStorage()?.getStore()
}

/** Runs `action` so that `currentRun()` inside it, also later, gives this run. */
export function withContext<Result>(context: RunContext, action: () => Result): Result {
  const store = contextStorage()
  return store ? store.run(context, action) : action()
}

// Loaded when first needed and without an import, so that browsers and bundlers never meet it.
function contextStorage(): ContextStorage | null {
  if (storage !== undefined) return storage
  const { process } = globalThis as { process?: { getBuiltinModule?: (id: string) => unknown } }
  const hooks = process?.getBuiltinModule?.('node:async_hooks') as
    | { AsyncLocalStorage?: new () => ContextStorage }
    | undefined
  storage = hooks?.AsyncLocalStorage ? new hooks.AsyncLocalStorage() : null
  return storage
}
