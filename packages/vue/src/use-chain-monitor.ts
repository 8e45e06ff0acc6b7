import {
  type AnySteps,
  type Json,
  type JsonObject,
  type KnownRun,
  type RunId,
  RunView,
  type ViewedRun,
} from '@llmmon/client'
import {
  type ComputedRef,
  computed,
  getCurrentInstance,
  getCurrentScope,
  hasInjectionContext,
  inject,
  type MaybeRefOrGetter,
  onActivated,
  onDeactivated,
  onMounted,
  onScopeDispose,
  shallowRef,
  toValue,
  watch,
} from 'vue'
import { monitorClientKey } from './monitor-plugin.js'

/** Options of `useChainMonitor`. */
export interface UseChainMonitorOptions<
  Result = Json,
  Metadata = JsonObject,
  Steps = AnySteps,
  Selected = ViewedRun<Result, Metadata, Steps>,
> {
  /** What the component needs of the run: it renders only when that changes. Default: all of it. */
  select?: (run: ViewedRun<Result, Metadata, Steps>) => Selected
  /** Whether two selections are the same. Default `Object.is`. */
  isEqual?: (a: Selected, b: Selected) => boolean
  /** What `readRun` gave on the server: shown there and at first, and gone on from. */
  initialState?: MaybeRefOrGetter<KnownRun | null | undefined>
}

/**
 * Watches a run while the component is on the page: a shallow ref of its snapshot, `cancel`, and the `monitor` itself; or of what `select` makes of
 * these. The component renders at most once a frame, however fast tokens come. Kept alive but out of sight it rests.
 *
 * @param runId the run, or null for none: then it is idle
 * @throws LlmmonError `invalid_run_id` for a malformed id.
 * @example
 * const run = useChainMonitor(() => props.runId) // in the template: run.status, run.text, run.cancel()
 * const progress = useChainMonitor(runId, { select: (run) => run.progress })
 */
export function useChainMonitor<
  Result = Json,
  Metadata = JsonObject,
  Steps = AnySteps,
  Selected = ViewedRun<Result, Metadata, Steps>,
>(
  runId: MaybeRefOrGetter<RunId<Result, Metadata, Steps> | null | undefined>,
  options: UseChainMonitorOptions<Result, Metadata, Steps, Selected> = {},
): ComputedRef<Selected> {
  const {
    select = everything as (run: ViewedRun<Result, Metadata, Steps>) => Selected,
    isEqual = Object.is,
    initialState,
  } = options
  const client = hasInjectionContext() ? inject(monitorClientKey, undefined) : undefined
  const open = () =>
    new RunView<Result, Metadata, Steps>(toValue(runId), { client, initialState: toValue(initialState) ?? undefined })
  let view = open()
  let stop: (() => void) | undefined
  const run = shallowRef(view.getServerSnapshot())
  const show = () => {
    run.value = view.getSnapshot()
  }
  const start = () => {
    stop ??= view.subscribe(show)
    show()
  }
  const rest = () => {
    stop?.()
    stop = undefined
  }
  watch(
    () => toValue(runId),
    () => {
      const isOn = stop !== undefined
      rest()
      view = open()
      if (isOn) start()
      else show()
    },
  )
  if (getCurrentInstance()) {
    // Not before the page is drawn: what a server has drawn must be found as it was; and there nothing is ever mounted.
    onMounted(start)
    onActivated(start)
    onDeactivated(rest)
  } else if (typeof document !== 'undefined') start()
  if (getCurrentScope()) onScopeDispose(rest)
  return computed((before?: Selected) => {
    const selected = select(run.value)
    return before !== undefined && isEqual(before, selected) ? before : selected
  })
}

function everything(run: unknown): unknown {
  return run
}
