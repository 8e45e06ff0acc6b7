import type { TextFrame } from './text-frame.js'

/** A connection as its session sees it: somewhere to send to. */
export interface Outlet {
  /** Bytes that wait to be sent. */
  readonly bufferedBytes: number
  /** Sends a text frame. */
  send(frame: string | TextFrame): void
  /** Takes nothing more from the network, until `resume`: what the other side sends waits there. */
  pause(): void
  resume(): void
  /** Sends what waits, then closes. */
  close(code: number, reason: string): void
}
