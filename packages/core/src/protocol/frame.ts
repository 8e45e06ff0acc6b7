import type { Batch } from './batch.js'
import type { UnsequencedEvent } from './event.js'
import type { Position } from './position.js'

/** The WebSocket subprotocol that these frames belong to. */
export const subprotocol = 'llmmon.v1'

/** First frame of a client. Must come within the hello time limit. */
export interface HelloFrame {
  readonly type: 'hello'
  /** Who is asking, where no cookie or header says it. */
  readonly token?: string
}

/** Watch a run. `ref` is the client's own number for this request; its answers carry it. */
export interface SubscribeFrame {
  readonly type: 'subscribe'
  readonly ref: number
  readonly run_id: string
  /** Where this client stands; absent: from the beginning. */
  readonly from?: Position
  /** A token for this run alone. */
  readonly token?: string
}

/** Stop watching a run. */
export interface UnsubscribeFrame {
  readonly type: 'unsubscribe'
  readonly ref: number
  readonly run_id: string
}

/** Ask the run's writer to stop. */
export interface CancelFrame {
  readonly type: 'cancel'
  readonly ref: number
  readonly run_id: string
  readonly reason?: string
  readonly token?: string
}

/** Replace the principal's token on an open connection. */
export interface AuthFrame {
  readonly type: 'auth'
  readonly ref: number
  readonly token: string
}

/** Ask for a `pong` with the same `n`. */
export interface PingFrame {
  readonly type: 'ping'
  readonly n: number
}

/** Every frame a client may send. */
export type ClientFrame = HelloFrame | SubscribeFrame | UnsubscribeFrame | CancelFrame | AuthFrame | PingFrame

/** Answer to `hello`. */
export interface WelcomeFrame {
  readonly type: 'welcome'
  /** Names this connection in the server's log. */
  readonly connection_id: string
  /** The server's clock, ms since 1970. */
  readonly server_time: number
  /** A frame comes at least this often, if only `hb`. */
  readonly heartbeat_ms: number
  readonly limits: { readonly max_frame_bytes: number; readonly max_subscriptions: number }
  /** When the token expires, ms since 1970. */
  readonly expires_at?: number
}

/** How a run stands, for a viewer. */
export type RunPhase = 'pending' | 'open' | 'ended'

/** Answer to `subscribe`; frames of this run follow it, never precede it. */
export interface SubscribedFrame {
  readonly type: 'subscribed'
  readonly ref: number
  readonly run_id: string
  readonly phase: RunPhase
}

/** Answer to `unsubscribe`; no frame of this run follows. */
export interface UnsubscribedFrame {
  readonly type: 'unsubscribed'
  readonly ref: number
  readonly run_id: string
}

/** Why a viewer has to start over. */
export type ResetReason = 'epoch' | 'replaced' | 'revived' | 'rollback' | 'gap' | 'audience'

/** Forget this run's state and position; its history follows from the first event. */
export interface ResetFrame {
  readonly type: 'reset'
  readonly run_id: string
  readonly reason: ResetReason
}

/** Whether the run's writer gives signs of life. Advisory: it has no number and is never stored. */
export interface StatusFrame {
  readonly type: 'status'
  readonly run_id: string
  readonly state: 'live' | 'stalled'
}

/** An event without a number: the run is refused or lost. Nothing follows for this run. */
export interface EventFrame {
  readonly type: 'event'
  readonly run_id: string
  readonly event: UnsequencedEvent
}

/** The run's history is final and has been delivered; the subscription is over. */
export interface EndFrame {
  readonly type: 'end'
  readonly run_id: string
  readonly epoch: string
  readonly seq: number
}

/** Answer to `cancel`. */
export interface CancelAnswerFrame {
  readonly type: 'cancel_answer'
  readonly ref: number
  readonly run_id: string
  readonly answer: 'accepted' | 'already_ended'
}

/** Answer to `auth`. */
export interface AuthOkFrame {
  readonly type: 'auth_ok'
  readonly ref: number
  readonly expires_at?: number
}

/** Answer to `ping`. */
export interface PongFrame {
  readonly type: 'pong'
  readonly n: number
}

/** Nothing happened; the connection lives. */
export interface HeartbeatFrame {
  readonly type: 'hb'
  readonly t: number
}

/** The server will close soon: come back after a random time between these two. */
export interface GoawayFrame {
  readonly type: 'goaway'
  readonly after_ms: readonly [min: number, max: number]
}

/** The codes of an `error` frame. */
export type ErrorFrameCode =
  | 'bad_request'
  | 'unsupported'
  | 'not_found'
  | 'unauthenticated'
  | 'no_writer'
  | 'limit'
  | 'rate_limited'
  | 'duplicate'
  | 'timeout'
  | 'internal'

/** A request failed. With a `ref` it ends that request only. */
export interface ErrorFrame {
  readonly type: 'error'
  readonly ref?: number
  readonly run_id?: string
  readonly code: ErrorFrameCode
  readonly message: string
  readonly retryable: boolean
  readonly retry_after_ms?: number
}

/** Every frame a server may send. */
export type ServerFrame =
  | WelcomeFrame
  | SubscribedFrame
  | UnsubscribedFrame
  | Batch
  | ResetFrame
  | StatusFrame
  | EventFrame
  | EndFrame
  | CancelAnswerFrame
  | AuthOkFrame
  | PongFrame
  | HeartbeatFrame
  | GoawayFrame
  | ErrorFrame
