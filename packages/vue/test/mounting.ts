import type { MonitorClient } from '@llmmon/client'
import { onTestFinished } from 'vitest'
import { type App, type Component, createApp } from 'vue'
import { monitorPlugin } from '../src/index.js'

/** Mounts a component on the page; it goes with the test. */
export function mount(client: MonitorClient, component: Component, props: Record<string, unknown> = {}) {
  const container = document.body.appendChild(document.createElement('div'))
  const app = createApp(component, props).use(monitorPlugin, { client })
  return { container, ...mounted(app, container) }
}

/** Mounts an app, or takes over what a server has drawn. */
export function mounted(app: App, container: HTMLElement) {
  let isMounted = true
  app.mount(container)
  const unmount = () => {
    if (isMounted) app.unmount()
    isMounted = false
  }
  onTestFinished(() => {
    unmount()
    container.remove()
  })
  return { app, unmount }
}
