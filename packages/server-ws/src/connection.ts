import type { Socket } from 'node:net'
import { closeCodes } from '@llmmon/core'
import type { RawData, WebSocket } from 'ws'
import type { Identity } from './identity.js'
import type { ResolvedServerOptions } from './options.js'
import type { Outlet } from './outlet.js'
import type { TextFrame } from './text-frame.js'
import { TokenBucket } from './token-bucket.js'
import { holdWrites } from './turn-writes.js'

/** Who takes what comes in on a connection. */
export interface ConnectionUser {
  /** Who it is; undefined until that is known. */
  readonly identity: Identity | undefined
  /** Shows it nothing more of a run. */
  endRun(runId: string): void
  receive(text: string): void
  drained(): void
  tick(): void
  close(code: number, reason: string): void
  gone(): void
}

/** After this long without an answer to a ping a connection is dead, in heartbeats. */
const missedPings = 2
/** How long a closing connection may take once everything has left, ms. */
const closeMs = 1_000
const longestReason = 123

/**
 * One WebSocket: counts what waits in it, writes once a tick however much is sent in it, finds out when the other side is gone. No timer of its own: the server's tick serves
 * all.
 */
export class Connection implements Outlet {
  readonly #ws: WebSocket
  readonly #socket: Socket | undefined
  readonly #isDirect: boolean
  readonly #options: ResolvedServerOptions
  readonly #now: () => number
  readonly #sendsHeartbeats: boolean
  readonly #bucket: TokenBucket
  #user: ConnectionUser | undefined
  #isClosing = false
  #sentAt: number
  #pingedAt: number
  #heardAt: number
  #isTooSlow = false
  // When it closed, or when it was last seen to have room or to take something.
  #movedAt: number
  #lastBytes = 0

  /**
   * @param sendsHeartbeats false for the plain endpoint, whose frames are events only
   */
  constructor(
    ws: WebSocket,
    socket: Socket | undefined,
    options: ResolvedServerOptions,
    now: () => number,
    sendsHeartbeats: boolean,
  ) {
    this.#ws = ws
    this.#socket = socket
    this.#isDirect = socket !== undefined && writesDirectly(ws, socket)
    this.#options = options
    this.#now = now
    this.#sendsHeartbeats = sendsHeartbeats
    const { framesPerSecond } = options.limits
    this.#bucket = new TokenBucket(framesPerSecond, framesPerSecond * 5, now())
    this.#sentAt = this.#pingedAt = this.#heardAt = this.#movedAt = now()
    // First of all: an invalid frame is an error event, and one that nobody hears ends the process.
    ws.on('error', (err) => options.logger.debug({ err }, 'A WebSocket failed'))
    ws.on('message', (data, isBinary) => this.#receive(data, isBinary))
    ws.on('ping', () => this.#heard())
    ws.on('pong', () => this.#heard())
    ws.on('close', (code) => {
      options.metrics.count('llmmon_connections_closed_total', { code })
      this.#user?.gone()
    })
  }

  get bufferedBytes(): number {
    return this.#ws.bufferedAmount
  }

  /** Says who takes what comes in. */
  use(user: ConnectionUser): void {
    this.#user = user
  }

  send(frame: string | TextFrame): void {
    if (this.#isClosing || this.#ws.readyState !== this.#ws.OPEN) return
    if (this.#socket) holdWrites(this.#socket)
    this.#sentAt = this.#now()
    const { metrics } = this.#options
    if (typeof frame === 'string') {
      metrics.sent(Buffer.byteLength(frame))
      this.#ws.send(frame, { binary: false }, this.#sent)
      return
    }
    metrics.sent(frame.length)
    // Shared by many: the same bytes for all of them, in one piece.
    if (this.#isDirect) this.#socket?.write(frame.whole, this.#sent)
    else this.#ws.send(frame.payload, { binary: false }, this.#sent)
  }

  pause(): void {
    this.#ws.pause()
  }

  resume(): void {
    this.#ws.resume()
  }

  close(code: number, reason: string): void {
    if (this.#isClosing) return
    this.#isClosing = true
    this.#isTooSlow = code === closeCodes.tooSlow
    this.#movedAt = this.#now()
    try {
      this.#ws.close(code, cutReason(reason))
    } catch (err) {
      this.#options.logger.error({ err, code }, 'Closing a WebSocket failed')
      this.#ws.terminate()
    }
  }

  /** Ends it without a word. */
  terminate(): void {
    this.#isClosing = true
    this.#ws.terminate()
  }

  /** Looks at what time has done; called about once a second. */
  tick(): void {
    const now = this.#now()
    const { heartbeatMs, limits } = this.#options
    this.#watchProgress(now, limits.maxBufferedBytes)
    const stillFor = now - this.#movedAt
    if (this.#isClosing) {
      // What was said before the close is still to arrive, at the pace of the connection.
      const isEmpty = this.bufferedBytes === 0 || this.#isTooSlow
      if (stillFor > (isEmpty ? closeMs : limits.stallTimeoutMs)) this.#ws.terminate()
      return
    }
    this.#user?.tick()
    if (now - this.#heardAt > heartbeatMs * missedPings) {
      this.terminate()
      return
    }
    if (stillFor > limits.stallTimeoutMs) {
      const reason = 'too slow; come back where you were'
      if (this.#user) this.#user.close(closeCodes.tooSlow, reason)
      else this.close(closeCodes.tooSlow, reason)
      return
    }
    if (now - this.#pingedAt >= heartbeatMs) {
      this.#pingedAt = now
      this.#ws.ping()
    }
    if (this.#sendsHeartbeats && now - this.#sentAt >= heartbeatMs - 1_000) {
      this.send(JSON.stringify({ type: 'hb', t: Date.now() }))
    }
  }

  #watchProgress(now: number, maxBytes: number): void {
    const bytes = this.bufferedBytes
    const hasRoom = bytes < maxBytes && !this.#isClosing
    if (hasRoom || bytes < this.#lastBytes) this.#movedAt = now
    this.#lastBytes = bytes
  }

  #receive(data: RawData, isBinary: boolean): void {
    if (!this.#heard(!this.#sendsHeartbeats)) return
    if (isBinary) this.#user?.close(4400, 'expected text frames; got a binary one')
    else this.#user?.receive(data.toString())
  }

  // Pings and pongs count too: each costs about what a frame costs. Frames of the protocol are counted by its session, which knows what they ask.
  #heard(counts = true): boolean {
    const now = this.#now()
    this.#heardAt = now
    if (this.#isClosing) return false
    if (!counts || this.#bucket.take(now)) return true
    const reason = 'too many frames; come back later'
    if (this.#user) this.#user.close(closeCodes.rateLimited, reason)
    else this.close(closeCodes.rateLimited, reason)
    return false
  }

  // Called for every frame that has left; only worth a look when viewers may be waiting for room.
  readonly #sent = (): void => {
    this.#movedAt = this.#now()
    if (!this.#isClosing && this.bufferedBytes < this.#options.limits.maxBufferedBytes) this.#user?.drained()
  }
}

// Only where the frames of `ws` go onto this very socket, as they are and at once, may others go between them.
function writesDirectly(ws: WebSocket, socket: Socket): boolean {
  return (ws as { _socket?: unknown })._socket === socket && ws.extensions === ''
}

function cutReason(reason: string): string {
  let cut = reason
  while (Buffer.byteLength(cut) > longestReason) cut = cut.slice(0, -1)
  return cut
}
