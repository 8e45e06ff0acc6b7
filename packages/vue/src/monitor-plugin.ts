import type { MonitorClient } from '@llmmon/client'
import type { InjectionKey, Plugin } from 'vue'

/** Where components find the client of their app. */
export const monitorClientKey: InjectionKey<MonitorClient> = Symbol.for('llmmon.client')

/**
 * Gives every `useChainMonitor` of an app a client. Optional: without one there is a default client for `/ws` of the page, made when it is needed, in
 * browsers only.
 *
 * @example
 * const client = createMonitorClient({ url: 'wss://example.org/ws', getToken })
 * createApp(App).use(monitorPlugin, { client }).mount('#app')
 */
export const monitorPlugin: Plugin<[{ client: MonitorClient }]> = {
  install(app, { client }) {
    app.provide(monitorClientKey, client)
  },
}
