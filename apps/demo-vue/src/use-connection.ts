import { type ConnectionView, connectionView, watchedIn } from '@llmmon/demo-page'
import { useChainMonitor } from '@llmmon/vue'
import { type ComputedRef, computed } from 'vue'
import { useNow } from './use-now.js'
import { useVisit } from './use-visit.js'

/** How the page is connected. */
export function useConnection(): ComputedRef<ConnectionView> {
  const state = useVisit()
  const runId = computed(() => watchedIn(state.value))
  const connection = useChainMonitor(runId, { select: (run) => run.connection })
  const now = useNow(() => connection.value.state === 'waiting', 250)
  return computed(() => connectionView(runId.value === null ? null : connection.value, now.value))
}
