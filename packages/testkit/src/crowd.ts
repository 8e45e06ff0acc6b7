import { once } from 'node:events'
import { WebSocket } from 'ws'

/** Many viewers of one run that only count what comes; each costs little more than its socket. */
export interface Crowd {
  /** How many have had the run's end. */
  readonly ended: number
  /** How many batches came where another was due: a hole, or something twice. */
  readonly wrong: number
  /** How many closes there were, by code. */
  readonly closes: ReadonlyMap<number, number>
  /** Resolves when all have had the run's end. */
  readonly allEnded: Promise<void>
  /** Resolves when all connections are closed, from whichever side. */
  readonly allClosed: Promise<void>
  close(): void
}

interface Span {
  readonly type: string
  readonly epoch: string
  readonly from: number
  readonly to: number
}

/** How many connect at once: a listener's queue is short. */
const atOnce = 100

/**
 * Connects so many viewers and subscribes them all; resolves when each has been answered.
 *
 * @param from where they stand already
 */
export async function openCrowd(
  url: string,
  runId: string,
  size: number,
  from?: { readonly epoch: string; readonly seq: number },
): Promise<Crowd> {
  const closes = new Map<number, number>()
  const sockets: WebSocket[] = []
  let [ended, wrong, closed, answered] = [0, 0, 0, 0]
  let tellEnded: () => void = () => undefined
  let tellClosed: () => void = () => undefined
  let tellAnswered: () => void = () => undefined
  const allEnded = new Promise<void>((resolve) => {
    tellEnded = resolve
  })
  const allClosed = new Promise<void>((resolve) => {
    tellClosed = resolve
  })
  const allAnswered = new Promise<void>((resolve) => {
    tellAnswered = resolve
  })

  function join(): WebSocket {
    const ws = new WebSocket(url, ['llmmon.v1'], { perMessageDeflate: false })
    let seq = from?.seq ?? 0
    ws.on('error', () => undefined)
    ws.on('open', () => {
      ws.send('{"type":"hello"}')
      ws.send(JSON.stringify({ type: 'subscribe', ref: 1, run_id: runId, ...(from && { from }) }))
    })
    ws.on('message', (data) => {
      const frame = JSON.parse(data.toString()) as Span
      if (frame.type === 'subscribed') {
        answered += 1
        if (answered === size) tellAnswered()
      } else if (frame.type === 'events') {
        if (frame.from > seq + 1 || frame.to <= seq) wrong += 1
        seq = frame.to
      } else if (frame.type === 'end') {
        ended += 1
        if (ended === size) tellEnded()
      }
    })
    ws.on('close', (code) => {
      closes.set(code, (closes.get(code) ?? 0) + 1)
      closed += 1
      if (closed === size) tellClosed()
    })
    return ws
  }

  for (let i = 0; i < size; i += atOnce) {
    const group = Array.from({ length: Math.min(atOnce, size - i) }, join)
    sockets.push(...group)
    await Promise.all(group.map((ws) => once(ws, 'open')))
  }
  await allAnswered
  return {
    get ended() {
      return ended
    },
    get wrong() {
      return wrong
    },
    closes,
    allEnded,
    allClosed,
    close() {
      for (const ws of sockets) ws.terminate()
    },
  }
}
