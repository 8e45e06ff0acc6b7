import { once } from 'node:events'
import { WebSocket } from 'ws'
import { bareEvent } from '../bare/bare-event.js'
import { bareViewers } from '../bare/bare-viewers.js'
import { textFrame } from '../bare/frame.js'
import { openHall } from '../bare/hall.js'
import type { Driver } from '../driver.js'

/** The limit without a store: one frame an event, built once, written to every socket. No history, no second server. */
export const driver: Driver = {
  async startServer() {
    const hall = await openHall({ said: (runId, text) => hall.deliver(runId, textFrame(text)) })
    return hall
  },

  async startPublisher({ port }) {
    const ws = new WebSocket(`ws://127.0.0.1:${port}/`, { perMessageDeflate: false })
    await once(ws, 'open')
    return {
      open: async () => undefined,
      event: (runId, payload) => ws.send(`${runId}\n${bareEvent(runId, payload)}`),
      // What was sent before a ping has been taken when its pong comes.
      async settle() {
        ws.ping()
        await once(ws, 'pong')
      },
      close: async () => ws.terminate(),
    }
  },

  startViewers: bareViewers,
}
