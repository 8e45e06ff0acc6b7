import { LlmmonError } from '../protocol/index.js'
import { currentRun } from '../writer/current-run.js'
import { defaultWriterLimits } from '../writer/limits.js'
import { publicError } from '../writer/public-error.js'
import type { Run, Step, StepOptions } from '../writer/run.js'
import { createRunHandle } from '../writer/run-handle.js'
import { RunRecorder } from '../writer/run-recorder.js'
import { silentSink } from '../writer/run-sink.js'

/** What a step of a sequential chain can be given beside its function. */
export type StepDefinitionOptions<Output, Summary = unknown, Flag = boolean> = Omit<
  StepOptions<Output>,
  'attempt' | 'stepId' | 'result'
> & { result?: Flag | ((result: Output) => Summary) }

/** One named function of a sequential chain: takes what the one before gave. */
export interface StepDefinition<Input, Output, Name extends string = string, Shown = unknown> {
  readonly name: Name
  readonly action: (input: Input, step: Step) => Output | PromiseLike<Output>
  readonly options: StepDefinitionOptions<never>
  /** Types only: what viewers get as its intermediate result; there is no such property. */
  readonly '~shown'?: Shown
}

/** What viewers get of each step, by its name. */
type ShownSteps<Steps extends readonly AnyStep[]> = {
  readonly [Definition in Steps[number] as Definition['name']]: Definition extends StepDefinition<
    never,
    unknown,
    string,
    infer Shown
  >
    ? Shown
    : unknown
}

type AnyStep = StepDefinition<never, unknown>
type InputOf<Definition> = Definition extends StepDefinition<infer Input, unknown> ? Input : never
type OutputOf<Definition> = Definition extends StepDefinition<never, infer Output> ? Output : never

/** Each step has to take what the one before gives; where it does not, the place shows what was needed. */
type Joined<Steps extends readonly AnyStep[]> = Steps extends readonly [
  infer First extends AnyStep,
  infer Second extends AnyStep,
  ...infer Rest extends readonly AnyStep[],
]
  ? OutputOf<First> extends InputOf<Second>
    ? readonly [First, ...Joined<readonly [Second, ...Rest]>]
    : readonly [First, StepDefinition<OutputOf<First>, unknown>, ...Rest]
  : Steps

type FirstInput<Steps extends readonly AnyStep[]> = Steps extends readonly [infer First, ...unknown[]]
  ? InputOf<First>
  : never
type LastOutput<Steps extends readonly AnyStep[]> = Steps extends readonly [...unknown[], infer Last]
  ? OutputOf<Last>
  : never

/** A chain of named functions, one after the other. */
export interface SequentialChain<Input, Output, Shown = unknown> {
  readonly name: string
  /** Types only: what viewers get of each step, by its name; there is no such property. */
  readonly '~steps'?: Shown
  readonly steps: readonly { readonly name: string; readonly weight: number }[]
  /** Runs the chain; its steps show on the run that is current, if one is. */
  execute(input: Input): Promise<Output>
  /** Runs the chain as the steps of a run. */
  executeIn(run: Run, input: Input): Promise<Output>
}

const brand = Symbol.for('llmmon.sequential-chain')

/**
 * A named step of a `sequentialChain`.
 *
 * @example
 * step('digest', async (parts: string[], step) => step.tap(llm.stream(parts)), { kind: 'llm' })
 */
export function step<Input, Output, Name extends string = string, Summary = Output, Flag extends boolean = true>(
  name: Name,
  action: (input: Input, step: Step) => Output | PromiseLike<Output>,
  options: StepDefinitionOptions<Output, Summary, Flag> = {},
): StepDefinition<Input, Output, Name, Flag extends false ? null : NoInfer<Summary>> {
  if (typeof name !== 'string' || typeof action !== 'function') {
    throw new LlmmonError('invalid_argument', 'Expected step(name, function, options?).')
  }
  return { name, action, options }
}

/**
 * A chain from named functions, each of which takes what the one before gave. Its progress is known.
 *
 * @throws LlmmonError `invalid_argument` when there is no step.
 * @example
 * const chain = monitorChain(sequentialChain('summarise', [step('split', split), step('digest', digest)]), { transport })
 */
export function sequentialChain<const Steps extends readonly AnyStep[]>(
  name: string,
  steps: Steps & Joined<Steps>,
): SequentialChain<FirstInput<Steps>, LastOutput<Steps>, ShownSteps<Steps>> {
  const list = [...(steps as readonly AnyStep[])] as unknown as readonly StepDefinition<unknown, unknown>[]
  if (list.length === 0)
    throw new LlmmonError('invalid_argument', 'Expected sequentialChain(name, steps) with at least one step.')
  const executeIn = async (run: Run, input: unknown): Promise<unknown> => {
    let value = input
    for (const { name, action, options } of list)
      value = await run.step(name, (step) => action(value, step), options as StepOptions)
    return value
  }
  const chain = {
    name,
    steps: list.map(({ name, options }) => ({ name, weight: options.weight ?? 1 })),
    execute: (input: unknown) => executeIn(currentRun() ?? silentRun(), input),
    executeIn,
    [brand]: true,
  }
  return chain as unknown as SequentialChain<FirstInput<Steps>, LastOutput<Steps>, ShownSteps<Steps>>
}

/** True for what `sequentialChain` makes. */
export function isSequentialChain(chain: unknown): chain is SequentialChain<unknown, unknown> {
  return typeof chain === 'object' && chain !== null && (chain as Record<symbol, unknown>)[brand] === true
}

function silentRun(): Run {
  const limits = defaultWriterLimits
  return createRunHandle(
    new RunRecorder({
      runId: 'unmonitored',
      limits,
      totalSteps: undefined,
      redact: undefined,
      publicError: (error) => publicError(error, limits.messageLength),
      report: () => undefined,
      sink: silentSink,
    }),
  )
}
