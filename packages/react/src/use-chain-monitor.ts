'use client'

import {
  type AnySteps,
  type Json,
  type JsonObject,
  type KnownRun,
  type RunId,
  RunView,
  type ViewedRun,
} from '@llmmon/client'
import { useContext, useState, useSyncExternalStore } from 'react'
import { MonitorContext } from './monitor-provider.js'
import { Selection } from './selection.js'

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
  initialState?: KnownRun | undefined
}

/**
 * Watches a run while the component is on the page: its snapshot, `cancel`, and the `monitor` itself; or what `select` makes of these. The component
 * renders at most once a frame, however fast tokens come.
 *
 * @param runId the run, or null for none: then it is idle
 * @throws LlmmonError `invalid_run_id` for a malformed id.
 * @example
 * const { status, text, cancel } = useChainMonitor(runId)
 * const progress = useChainMonitor(runId, { select: (run) => run.progress })
 */
export function useChainMonitor<
  Result = Json,
  Metadata = JsonObject,
  Steps = AnySteps,
  Selected = ViewedRun<Result, Metadata, Steps>,
>(
  runId: RunId<Result, Metadata, Steps> | null | undefined,
  options: UseChainMonitorOptions<Result, Metadata, Steps, Selected> = {},
): Selected {
  const {
    select = everything as (run: ViewedRun<Result, Metadata, Steps>) => Selected,
    isEqual = Object.is,
    initialState,
  } = options
  const client = useContext(MonitorContext)
  const open = () => new RunView<Result, Metadata, Steps>(runId, { client, initialState })
  const [held, hold] = useState(open)
  const [selection] = useState(() => new Selection<ViewedRun<Result, Metadata, Steps>, Selected>())
  let view = held
  if (!held.isOf(runId, client)) {
    view = open()
    hold(view)
  }
  return useSyncExternalStore(
    view.subscribe,
    () => selection.read(view.getSnapshot(), select, isEqual),
    () => selection.read(view.getServerSnapshot(), select, isEqual),
  )
}

function everything(run: unknown): unknown {
  return run
}
