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
 * What `useChainMonitor` gives: a read-only shallow ref of what is shown. Of a whole run it can also be taken apart, into a ref of each part and the function `cancel`.
 */
export type ShownRun<Selected> = ComputedRef<Selected> &
  (Selected extends ViewedRun<infer _Result, infer _Metadata, infer _Steps>
    ? { readonly [Part in keyof Selected]-?: Part extends 'cancel' ? Selected[Part] : ComputedRef<Selected[Part]> }
    : unknown)

/**
 * Watches a run while the component is on the page: a shallow ref of its snapshot, `cancel`, and the `monitor` itself; or of what `select` makes of
 * these. The component renders at most once a frame, however fast tokens come. Kept alive but out of sight it rests.
 *
 * @param runId the run, or null for none: then it is idle
 * @throws LlmmonError `invalid_run_id` for a malformed id.
 * @example
 * const run = useChainMonitor(() => props.runId) // in the template: run.status, run.text, run.cancel()
 * const { status, text, cancel } = useChainMonitor(() => props.runId) // the same, taken apart
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
): ShownRun<Selected> {
  const { select, isEqual = Object.is, initialState } = options
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
      const wasOn = stop
      rest()
      view = open()
      if (wasOn) start()
      else show()
    },
  )
  if (getCurrentInstance()) {
    // Not before the page is drawn: what a server has drawn must be found as it was; and there nothing is ever mounted.
    onMounted(start)
    onActivated(start)
    onDeactivated(rest)
  } else if (globalThis.document) start()
  if (getCurrentScope()) onScopeDispose(rest)
  const selected = computed((before?: Selected) => {
    const now = select ? select(run.value) : (run.value as Selected)
    return before !== undefined && isEqual(before, now) ? before : now
  })
  const parts: { [part: string]: unknown } = {}
  for (const part in run.value) parts[part] = computed(() => run.value[part as keyof ViewedRun])
  parts.cancel = (reason?: unknown) => run.value.cancel(reason)
  return (select ? selected : Object.assign(selected, parts)) as ShownRun<Selected>
}
