import { once } from 'node:events'
import { WebSocket } from 'ws'
import { bareViewers } from '../bare/bare-viewers.js'
import { textFrame } from '../bare/frame.js'
import { openHall } from '../bare/hall.js'
import type { Driver } from '../driver.js'

/** The limit of a late join: all that a run has said is one text, held in memory and sent as one frame. */
export const driver: Driver = {
  async startServer() {
    const frames = new Map<string, Buffer>()
    return openHall({
      said: (runId, text) => frames.set(runId, textFrame(text)),
      joined: async (runId, socket) => {
        const frame = frames.get(runId)
        if (frame) socket.write(frame)
      },
    })
  },

  async startPublisher({ port }) {
    const ws = new WebSocket(`ws://127.0.0.1:${port}/`, { perMessageDeflate: false })
    await once(ws, 'open')
    const texts = new Map<string, string[]>()
    const changed = new Set<string>()
    return {
      open: async (runId) => void texts.set(runId, []),
      event(runId, payload) {
        texts.get(runId)?.push(payload)
        changed.add(runId)
      },
      async settle() {
        for (const runId of changed) ws.send(`${runId}\n${JSON.stringify({ data: texts.get(runId)?.join('') })}`)
        changed.clear()
        ws.ping()
        await once(ws, 'pong')
      },
      close: async () => ws.terminate(),
    }
  },

  startViewers: bareViewers,
}
