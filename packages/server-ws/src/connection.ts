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
  /** Looks at what time has done; gives when to look again, at the latest, if it neither sends nor is sent anything until then. */
  tick(now: number): number
  close(code: number, reason: string): void
  gone(): void
}

/** After this long without an answer to a ping a connection is dead, in heartbeats. */
const missedPings = 2
/** How long a closing connection may take once everything has left, ms. */
const closeMs = 1_000
const longestReason = 123

/**
 * One WebSocket: counts what waits in it, writes once a turn however much is sent in it, finds out when the other side is gone. No timer of its own: the server's tick serves
 * all, and passes by those that are quiet.
 */
export class Connection implements Outlet {
  readonly #ws: WebSocket
  readonly #socket: Socket | undefined
  readonly #isDirect: boolean
  readonly #options: ResolvedServerOptions
  readonly #now: () => number
  readonly #sendsHeartbeats: boolean
  // None while nothing is left of what was heard.
  #bucket: TokenBucket | undefined
  #user: ConnectionUser | undefined
  #whenClosed: ((connection: Connection) => void) | undefined
  #isClosing = false
  #sentAt: number
  #pingedAt: number
  #heardAt: number
  #isTooSlow = false
  // When it closed, or when it was last seen to have room or to take something.
  #movedAt: number
  #lastBytes = 0
  // How many frames have not left yet.
  #waiting = 0
  // Until then there is nothing to look at, if nothing happens.
  #quietUntil = 0

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
    this.#sentAt = this.#pingedAt = this.#heardAt = this.#movedAt = now()
    // First of all: an invalid frame is an error event, and one that nobody hears ends the process.
    ws.on('error', (err) => this.#options.logger.debug({ err }, 'A WebSocket failed'))
    ws.on('message', (data, isBinary) => this.#receive(data, isBinary))
    const heard = () => void this.#heard()
    ws.on('ping', heard)
    ws.on('pong', heard)
    ws.on('close', (code) => {
      this.#options.metrics.count('llmmon_connections_closed_total', { code })
      this.#user?.gone()
      this.#whenClosed?.(this)
    })
  }

  /** Who takes what comes in; undefined where it was refused as it came. */
  get user(): ConnectionUser | undefined {
    return this.#user
  }

  get bufferedBytes(): number {
    return this.#ws.bufferedAmount
  }

  /** Says who takes what comes in. */
  use(user: ConnectionUser): void {
    this.#user = user
  }

  /** Says who is told once its socket has closed. */
  onClosed(tell: (connection: Connection) => void): void {
    this.#whenClosed = tell
  }

  send(frame: string | TextFrame): void {
    if (this.#isClosing || this.#ws.readyState !== this.#ws.OPEN) return
    if (this.#socket) holdWrites(this.#socket)
    this.#sentAt = this.#now()
    if (this.#waiting === 0) this.#movedAt = this.#sentAt
    this.#waiting += 1
    this.#quietUntil = 0
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
    this.#quietUntil = 0
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

  /** Has it looked at by the next tick, quiet or not. */
  wake(): void {
    this.#quietUntil = 0
  }

  /** Looks at what time has done; called about once a second. @param now by the clock that it was given */
  tick(now: number): void {
    if (now < this.#quietUntil && this.#waiting === 0) return
    const { heartbeatMs, limits } = this.#options
    this.#watchProgress(now, limits.maxBufferedBytes)
    const stillFor = now - this.#movedAt
    if (this.#isClosing) {
      // What was said before the close is still to arrive, at the pace of the connection.
      const isEmpty = this.bufferedBytes === 0 || this.#isTooSlow
      if (stillFor > (isEmpty ? closeMs : limits.stallTimeoutMs)) this.#ws.terminate()
      return
    }
    const userUntil = this.#user?.tick(now) ?? now
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
    const speakAt = this.#sendsHeartbeats ? this.#sentAt + heartbeatMs - 1_000 : Number.POSITIVE_INFINITY
    if (now >= speakAt) this.send(JSON.stringify({ type: 'hb', t: Date.now() }))
    if (this.#bucket?.isFull(now)) this.#bucket = undefined
    if (this.#isClosing || this.#bucket) return
    const silentAt = this.#heardAt + heartbeatMs * missedPings
    this.#quietUntil = Math.min(userUntil, speakAt, silentAt, this.#pingedAt + heartbeatMs)
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
    if (!counts) {
      this.#quietUntil = 0
      return true
    }
    const { framesPerSecond } = this.#options.limits
    this.#bucket ??= new TokenBucket(framesPerSecond, framesPerSecond * 5, now)
    if (this.#bucket.take(now)) return true
    const reason = 'too many frames; come back later'
    if (this.#user) this.#user.close(closeCodes.rateLimited, reason)
    else this.close(closeCodes.rateLimited, reason)
    return false
  }

  // Called for every frame that has left; only worth a look when viewers may be waiting for room.
  readonly #sent = (): void => {
    this.#waiting -= 1
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
