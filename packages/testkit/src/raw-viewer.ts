import { once } from 'node:events'
import { WebSocket } from 'ws'

/** A frame as it came, parsed. */
export type RawFrame = { readonly [field: string]: unknown }

/** A client that knows nothing of llmmon: sends what it is told and keeps what comes. */
export interface RawViewer {
  readonly ws: WebSocket
  /** Everything that has come so far. */
  readonly frames: readonly RawFrame[]
  send(frame: object | string): void
  /** The next frame, from the first not yet given, that fits. Rejects when the socket closes first. */
  next(fits?: (frame: RawFrame) => boolean): Promise<RawFrame>
  /** All frames up to and with the one that fits. */
  until(fits: (frame: RawFrame) => boolean): Promise<readonly RawFrame[]>
  /** Code and reason of the close, now or when it comes. */
  closed(): Promise<{ code: number; reason: string }>
  close(): void
}

/** Connects; `protocol` null is for the plain endpoint. Resolves when the socket is open. */
export async function rawViewer(
  url: string,
  { protocol = 'llmmon.v1', headers = {} }: { protocol?: string | null; headers?: Record<string, string> } = {},
): Promise<RawViewer> {
  const ws = new WebSocket(url, protocol === null ? [] : [protocol], { headers })
  const frames: RawFrame[] = []
  const listeners = new Set<() => void>()
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    ws.on('close', (code, reason) => resolve({ code, reason: reason.toString() }))
  })
  let given = 0
  let isClosed = false
  ws.on('message', (data) => {
    frames.push(JSON.parse(data.toString()))
    for (const listener of [...listeners]) listener()
  })
  ws.on('close', () => {
    isClosed = true
    for (const listener of [...listeners]) listener()
  })
  ws.on('error', () => undefined)

  const until = (fits: (frame: RawFrame) => boolean): Promise<readonly RawFrame[]> =>
    new Promise((resolve, reject) => {
      const start = given
      const look = () => {
        while (given < frames.length) {
          given += 1
          if (!fits(frames[given - 1] as RawFrame)) continue
          listeners.delete(look)
          resolve(frames.slice(start, given))
          return
        }
        if (!isClosed) return
        listeners.delete(look)
        reject(
          new Error(
            `The socket closed before the awaited frame; it had given ${JSON.stringify(frames).slice(0, 500)}.`,
          ),
        )
      }
      listeners.add(look)
      look()
    })

  await Promise.race([once(ws, 'open'), closed])
  return {
    ws,
    frames,
    until,
    send: (frame) => ws.send(typeof frame === 'string' ? frame : JSON.stringify(frame)),
    next: async (fits = () => true) => (await until(fits)).at(-1) as RawFrame,
    closed: () => closed,
    close: () => ws.close(),
  }
}
