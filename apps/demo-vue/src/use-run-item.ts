import { itemOf, type VisitedRun } from '@llmmon/demo-page'
import { useChainMonitor } from '@llmmon/vue'
import { type ComputedRef, computed, toValue, watch } from 'vue'
import { visit } from './use-visit.js'

/** A run of the list: watched until it is over, and what it comes to is taken down. */
export function useRunItem(known: () => VisitedRun): ComputedRef<ReturnType<typeof itemOf>> {
  const watched = () => (known().end === null ? known().runId : null)
  const run = useChainMonitor(watched)
  watch(run, (seen) => visit.saw(seen))
  return computed(() => itemOf(known(), toValue(watched) === null ? null : run.value))
}
