import { createMonitorClient } from '@llmmon/client'
import { readable } from 'svelte/store'

const client = createMonitorClient()

/** A run as a store: it is watched while somebody subscribes. `$run` is its snapshot. */
export function runStore(runId) {
  return readable(undefined, (set) => {
    const monitor = client.monitor(runId)
    const show = () => set(monitor.getSnapshot())
    const stop = monitor.subscribe(show)
    show()
    return () => {
      stop()
      monitor.close()
    }
  })
}
