import { createMonitorClient, monitorPlugin } from '@llmmon/vue'

// On the server, too: nothing is opened there.
export default defineNuxtPlugin(({ vueApp }) => {
  const { chainServer } = useRuntimeConfig().public
  vueApp.use(monitorPlugin, { client: createMonitorClient({ url: `${chainServer}/ws` }) })
})
