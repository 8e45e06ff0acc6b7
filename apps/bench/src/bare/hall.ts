import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { textFrame } from './frame.js'

/** What a hall does when somebody comes in. */
export interface HallHost {
  /** A viewer has come. It is told so when this resolves. */
  joined?(runId: string, socket: Duplex): Promise<void>
  /** A publisher has said something. */
  said?(runId: string, text: string): void
}

/** The server of the hand-written drivers: viewers by run, one frame an event, nothing else. */
export interface Hall {
  readonly port: number
  /** Writes a frame to every viewer of a run. */
  deliver(runId: string, frame: Buffer): void
  close(): Promise<void>
}

const welcome = textFrame('joined')

/** Opens a hall: viewers come to `/<runId>`, publishers to `/`. */
export async function openHall({ joined = async () => undefined, said = () => undefined }: HallHost): Promise<Hall> {
  const rooms = new Map<string, Set<Duplex>>()
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, clientTracking: false })
  const http = createServer()
  http.on('upgrade', (request, socket, head) => {
    socket.on('error', () => undefined)
    sockets.handleUpgrade(request, socket, head, async (ws) => {
      const runId = (request.url ?? '/').slice(1)
      if (runId === '') {
        ws.on('message', (data) => {
          const text = data.toString()
          const end = text.indexOf('\n')
          said(text.slice(0, end), text.slice(end + 1))
        })
        return
      }
      const room = rooms.get(runId) ?? new Set()
      rooms.set(runId, room)
      ws.on('close', () => room.delete(socket))
      await joined(runId, socket)
      room.add(socket)
      socket.write(welcome)
    })
  })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  return {
    port: (http.address() as AddressInfo).port,
    deliver(runId, frame) {
      for (const socket of rooms.get(runId) ?? []) socket.write(frame)
    },
    async close() {
      http.close()
      http.closeAllConnections()
    },
  }
}
