import type { StepEnd } from '../protocol/index.js'
import { withContext } from './current-run.js'
import { messageOf } from './public-error.js'
import type { Recorder, Run, Step, StepOptions } from './run.js'
import type { RunRecorder } from './run-recorder.js'
import type { Scope, StepScope } from './scope.js'
import { type Pick, type Tapped, type TapSource, tapSource } from './tap.js'

/** The `Run` that a chain gets, over its recorder. Its methods may be taken off and passed around. */
export function createRunHandle(recorder: RunRecorder): Run {
  const run: Run = {
    ...recorderMethods(recorder, recorder.root, () => run),
    get monitored() {
      return recorder.monitored
    },
    complete: (result) => ended(recorder.end({ how: 'complete', result })),
    fail: (error) => ended(recorder.end({ how: 'error', error })),
    cancel(reason) {
      recorder.requestCancel(reason ?? null)
      ended(recorder.end({ how: 'cancelled', reason: reason ?? null }))
    },
    flushed: ({ timeoutMs = 2_000 } = {}) => recorder.flushed(timeoutMs),
  }
  return run

  function ended(isFirst: boolean): void {
    if (!isFirst) recorder.report('run_ended', 'This run was ended a second time; the first end holds.')
  }
}

function recorderMethods(recorder: RunRecorder, scope: Scope, run: () => Run): Recorder {
  return {
    runId: recorder.runId,
    signal: recorder.signal,
    step: (name, action, options = {}) => runStep(recorder, scope, run, name, action, options),
    token: (delta, options) => recorder.token(scope, delta, options?.channel ?? 'text'),
    progress: (percentage, message) => recorder.progress(scope, percentage, message ?? null),
    custom: (name, data) => recorder.custom(scope, name, data),
    usage: (counts) => recorder.usage(scope, counts),
    tap: (<Chunk>(source: TapSource<Chunk> | PromiseLike<TapSource<Chunk>>, pick?: Pick<Chunk>): Tapped<Chunk> =>
      tapSource(source, pick, {
        signal: recorder.signal,
        write: (delta, channel) => recorder.token(scope, delta, channel),
        report: (error) => recorder.report(error.code, error.message, error.cause),
      })) as Recorder['tap'],
  }
}

async function runStep<Result>(
  recorder: RunRecorder,
  parent: Scope,
  run: () => Run,
  name: string,
  action: (step: Step) => Result | PromiseLike<Result>,
  options: StepOptions<Awaited<Result>>,
): Promise<Awaited<Result>> {
  const scope = recorder.startStep(parent, name, options as StepOptions)
  const { stepId, attempt } = scope
  const step: Step = { ...recorderMethods(recorder, scope, run), stepId, attempt }
  try {
    const result = await withContext({ run: run(), stepId }, () => action(step))
    endWell(recorder, scope, result, options.result ?? true)
    return result
  } catch (error) {
    const status: StepEnd = recorder.signal.aborted ? 'cancelled' : 'error'
    recorder.endStep(scope, status, undefined, error)
    throw error
  }
}

function endWell<Result>(
  recorder: RunRecorder,
  scope: StepScope,
  result: Result,
  show: StepOptions<Result>['result'],
): void {
  let shown: unknown
  try {
    shown = typeof show === 'function' ? show(result) : show === false ? undefined : result
  } catch (cause) {
    recorder.report('hook_failed', `The result option of step ${scope.name} threw (${messageOf(cause)}).`, cause)
  }
  recorder.endStep(scope, 'completed', shown)
}
