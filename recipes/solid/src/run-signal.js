import { createMonitorClient } from '@llmmon/client'
import { from } from 'solid-js'

const client = createMonitorClient()

/** A run as a signal: it is watched while the component that asked is there. `run()` is its snapshot. */
export function runSignal(runId) {
  return from((set) => {
    const monitor = client.monitor(runId)
    const show = () => set(() => monitor.getSnapshot())
    const stop = monitor.subscribe(show)
    show()
    return () => {
      stop()
      monitor.close()
    }
  })
}
