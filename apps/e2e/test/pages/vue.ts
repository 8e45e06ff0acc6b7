import { createMonitorClient, monitorPlugin, useChainMonitor } from '@llmmon/vue'
import { createApp, defineComponent, h, ref } from 'vue'
import { drawn, testPage } from './page-counts.js'

const runId = ref<string | null>('nothing')
const page = testPage((next) => {
  runId.value = next
})

const Status = defineComponent(() => {
  const status = useChainMonitor(runId, { select: (run) => run.status })
  return () => {
    page.statusDraws += 1
    return h('h1', status.value)
  }
})

const Everything = defineComponent(() => {
  const run = useChainMonitor(runId)
  return () => {
    drawn(page, run.value.text)
    return [h('p', run.value.text), h('button', { type: 'button', onClick: run.value.cancel }, 'Stop')]
  }
})

const Text = defineComponent(() => {
  const text = useChainMonitor(runId, { select: (run) => run.text })
  return () => h('p', text.value)
})

const App = defineComponent(() => () => {
  if (runId.value === 'nothing') return null
  return [h(Status), h(Everything), ...Array.from({ length: 49 }, () => h(Text))]
})

createApp(App).use(monitorPlugin, { client: createMonitorClient() }).mount('#app')
