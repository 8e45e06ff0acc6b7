import { type JsonObject, LlmmonError } from '../protocol/index.js'
import { withContext } from '../writer/current-run.js'
import type { Run } from '../writer/run.js'
import { checkSchema, type StandardSchema } from '../writer/standard-schema.js'
import { checkWriterOptions, type OpenRun, openRun, type RunOptions, type WriterOptions } from '../writer/start-run.js'
import { isSequentialChain, type SequentialChain } from './sequential-chain.js'

/** Options of `monitorChain`. */
export interface MonitorChainOptions<Output = unknown, Metadata = JsonObject> extends Omit<WriterOptions, 'name'> {
  /** The chain's name. Default: the name of the sequential chain, the function or the object. */
  name?: string
  /**
   * Standard Schemas (zod, valibot, arktype, …) of the result and the metadata. What does not match is sent all the same and
   * told to `onError` as `invalid_result`.
   */
  schemas?: { readonly result?: StandardSchema<Output>; readonly metadata?: StandardSchema<unknown, Metadata> }
}

/** Options of one execution. */
export interface ExecuteOptions<Args extends readonly unknown[] = readonly unknown[]> extends RunOptions {
  /** What follows the input, for chains that take more. Default none. */
  args?: Args
}

/** A run that `start` has begun. */
export interface StartedRun<Output> {
  readonly runId: string
  /** What the chain gives or throws. Never an unhandled rejection. */
  readonly result: Promise<Output>
  /** Aborts the run's signal; how the chain then settles decides how the run ends. */
  cancel(reason?: string): 'accepted' | 'already_ended'
}

/** A chain whose runs can be watched. */
export interface MonitoredChain<
  Input,
  Output,
  Args extends readonly unknown[] = readonly [],
  Metadata = JsonObject,
  Steps = unknown,
> {
  readonly name: string
  /** Types only, for `runOf` on the viewer's side; there is no such property. */
  readonly '~run'?: { readonly metadata: Metadata; readonly steps: Steps }
  /**
   * Runs the chain as it would run without us: the same value, the same error object.
   *
   * @throws (rejects with) LlmmonError `invalid_run_id` before the chain runs; else whatever the chain throws.
   */
  execute(input: Input, options?: ExecuteOptions<Args>): Promise<Output>
  /**
   * Begins a run and gives its id at once, to answer a request with.
   *
   * @throws LlmmonError `invalid_run_id`.
   */
  start(input: Input, options?: ExecuteOptions<Args>): StartedRun<Output>
}

/** A chain as a function: the input, what `args` gives, and the run last. */
export type ChainFunction<Input, Output, Args extends readonly unknown[]> = (
  input: Input,
  ...rest: [...args: Args, run: Run]
) => Output | PromiseLike<Output>

/** A chain as an object; inside it `currentRun()` gives the run. */
export type ChainObject<Input, Output, Args extends readonly unknown[]> =
  | { execute(input: Input, ...args: Args): Output | PromiseLike<Output> }
  | { invoke(input: Input, ...args: Args): Output | PromiseLike<Output> }

/**
 * Wraps the chain you have, so that every run of it can be watched. The chain's own behaviour does not change.
 *
 * @throws LlmmonError `invalid_argument` when the chain is neither a function nor an object with `execute` or `invoke`, or name or transport
 * are missing.
 * @example
 * const chain = monitorChain(async (text: string, run) => {
 *   const parts = await run.step('split', () => split(text))
 *   return run.step('digest', (step) => step.tap(llm.stream(parts)), { kind: 'llm' })
 * }, { name: 'summarise', transport })
 *
 * app.post('/summaries', (req, res) => res.json({ runId: chain.start(req.body.text).runId }))
 */
export function monitorChain<Input, Output, Steps = unknown, Metadata = JsonObject>(
  chain: SequentialChain<Input, Output, Steps>,
  options: MonitorChainOptions<Output, Metadata>,
): MonitoredChain<Input, Output, readonly [], Metadata, Steps>
export function monitorChain<Input, Output, Metadata = JsonObject>(
  chain: (input: Input, run: Run) => Output | PromiseLike<Output>,
  options: MonitorChainOptions<Output, Metadata>,
): MonitoredChain<Input, Output, readonly [], Metadata>
export function monitorChain<Input, Output, Args extends readonly unknown[], Metadata = JsonObject>(
  chain: ChainFunction<Input, Output, Args>,
  options: MonitorChainOptions<Output, Metadata>,
): MonitoredChain<Input, Output, Args, Metadata>
export function monitorChain<Input, Output, Args extends readonly unknown[], Metadata = JsonObject>(
  chain: ChainObject<Input, Output, Args>,
  options: MonitorChainOptions<Output, Metadata>,
): MonitoredChain<Input, Output, Args, Metadata>
export function monitorChain(
  chain: unknown,
  options: MonitorChainOptions,
): MonitoredChain<unknown, unknown, readonly unknown[]> {
  const call = callOf(chain)
  const plan = isSequentialChain(chain) ? chain.steps : undefined
  const totalSteps = options?.totalSteps ?? plan?.length
  const totalWeight = plan?.reduce((sum, { weight }) => sum + weight, 0)
  const name = options?.name ?? nameOf(chain)
  const writer = checkWriterOptions({ ...options, name, ...(totalSteps !== undefined && { totalSteps }) })

  const begin = (input: unknown, { args = [], ...own }: ExecuteOptions = {}) => {
    const open = openRun({ ...writer, ...own }, totalWeight)
    checkMetadata(open, own.metadata ?? {})
    return { open, result: settle(open, () => call(input, args, open.run)) }
  }

  return {
    name,
    async execute(input, executeOptions) {
      return begin(input, executeOptions).result
    },
    start(input, executeOptions) {
      const { open, result } = begin(input, executeOptions)
      // Whoever only wants the id must not be killed by a chain that fails; whoever awaits it still gets the error.
      result.catch(() => undefined)
      return {
        runId: open.run.runId,
        result,
        cancel: (reason) => open.recorder.requestCancel(reason ?? null),
      }
    },
  }

  async function settle({ run, recorder }: OpenRun, action: () => unknown): Promise<unknown> {
    let result: unknown
    try {
      result = await withContext({ run, stepId: undefined }, action)
    } catch (error) {
      recorder.end({ how: 'error', error })
      throw error
    }
    recorder.end({ how: 'complete', result })
    void checkSchema(options.schemas?.result, result, (summary) =>
      recorder.report('invalid_result', `The result of "${name}" does not match its schema: ${summary}.`),
    )
    return result
  }

  function checkMetadata({ recorder }: OpenRun, metadata: unknown): void {
    void checkSchema(options.schemas?.metadata, metadata, (summary) =>
      recorder.report('invalid_result', `The metadata of "${name}" does not match its schema: ${summary}.`),
    )
  }
}

type Call = (input: unknown, args: readonly unknown[], run: Run) => unknown

function callOf(chain: unknown): Call {
  if (typeof chain === 'function') return (input, args, run) => chain(input, ...args, run)
  if (isSequentialChain(chain)) return (input, _args, run) => chain.executeIn(run, input)
  if (typeof chain === 'object' && chain !== null) {
    // Looked up at each call: a chain object may have its method replaced later, by a mock or another wrapper.
    const object = chain as Record<'execute' | 'invoke', (input: unknown, ...args: readonly unknown[]) => unknown>
    for (const method of ['execute', 'invoke'] as const) {
      if (typeof object[method] === 'function') return (input, args) => object[method](input, ...args)
    }
  }
  const got = chain === null ? 'null' : typeof chain
  throw new LlmmonError(
    'invalid_argument',
    `Expected monitorChain(chain, { transport }) with a function or an object that has execute or invoke; got ${got}.`,
  )
}

function nameOf(chain: unknown): string {
  const named = chain as { name?: unknown; constructor?: { name?: string } }
  if (typeof named.name === 'string' && named.name !== '') return named.name
  const own = named.constructor?.name
  return own && own !== 'Object' && own !== 'Function' && own !== 'AsyncFunction' ? own : ''
}
