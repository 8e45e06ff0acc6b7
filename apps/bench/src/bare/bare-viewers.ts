import { WebSocket } from 'ws'
import type { DriverViewers, Place } from '../driver.js'

/** Viewers of a hall: a WebSocket each, told of what comes. */
export function bareViewers({ port }: Place): DriverViewers {
  return {
    join: (runId, sink) =>
      new Promise((resolve, reject) => {
        const ws = new WebSocket(`ws://127.0.0.1:${port}/${runId}`, { perMessageDeflate: false })
        ws.on('error', reject)
        ws.on('message', (data) => {
          const text = data.toString()
          if (text === 'joined') resolve({ leave: () => ws.terminate() })
          else sink.take(text)
        })
      }),
  }
}
