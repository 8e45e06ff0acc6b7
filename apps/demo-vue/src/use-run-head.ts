import { headOf, knownIn, seconds } from '@llmmon/demo-page'
import { useChainMonitor } from '@llmmon/vue'
import { computed, ref } from 'vue'
import { useNow } from './use-now.js'
import { useVisit } from './use-visit.js'

/** What stands above a run, and how to stop it. */
export function useRunHead(runId: () => string) {
  const run = useChainMonitor(runId)
  const state = useVisit()
  const problem = ref('')
  const head = computed(() => headOf(run.value, knownIn(state.value, runId())))
  const now = useNow(() => !head.value.isOver)

  return {
    head,
    problem,
    percent: computed(() => (head.value.progress === null ? null : Math.round(head.value.progress))),
    time: computed(() => seconds(head.value.startedAt, head.value.endedAt ?? now.value)),

    async stop(): Promise<void> {
      problem.value = ''
      try {
        await run.value.cancel('the button on the page')
      } catch (error) {
        problem.value = `It could not be stopped: ${(error as Error).message}`
      }
    },
  }
}
