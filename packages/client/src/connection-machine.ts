import { closeReaction } from '@llmmon/core/protocol'
import { backoffMs } from './backoff.js'

/**
 * How a connection stands.
 *
 * ```
 *  idle ──need──► connecting ──opened──► greeting ──welcome──► open
 *   ▲                │  ▲                   │                    │
 *   └──unneeded──────┤  └──retry-due── waiting ◄────lost/silent──┤
 *                    ▲                                           │
 *                    └──need── refused ◄── a code that stops ────┘      closed ◄── close
 * ```
 */
export type ConnectionPhase = 'idle' | 'connecting' | 'greeting' | 'open' | 'waiting' | 'refused' | 'closed'

/** A connection, without its socket and timers: those are made to fit by its shell, see `createLink`. */
export interface ConnectionState {
  readonly phase: ConnectionPhase
  /** Attempts that have failed since the last stable connection. */
  readonly attempt: number
  /** When the connection was welcomed, ms; null while it is not open. */
  readonly openedAt: number | null
  /** What stopped it last. */
  readonly reason: string | null
  /** The close code that it comes back after, if there was one. */
  readonly code: number | null
  /** When it connects anew, ms: at the end of a wait, or while it is still open to a server that is about to go. Null where neither is so. */
  readonly retryAt: number | null
}

/** What can happen to a connection. */
export type ConnectionNews =
  | {
      readonly type:
        | 'need'
        | 'unneeded'
        | 'opened'
        | 'welcome'
        | 'silent'
        | 'token-failed'
        | 'retry-due'
        | 'wake'
        | 'sleep'
        | 'close'
    }
  | { readonly type: 'lost'; readonly code: number; readonly reason: string }
  | { readonly type: 'unusable'; readonly reason: string }
  | { readonly type: 'goaway'; readonly afterMs: readonly [number, number] }

/** What can happen to a connection, when (ms), and with what luck (0 to 1). */
export type ConnectionEvent = ConnectionNews & { readonly now: number; readonly random: number }

/** A connection that nobody has needed yet. */
export const idleConnection: ConnectionState = {
  phase: 'idle',
  attempt: 0,
  openedAt: null,
  reason: null,
  code: null,
  retryAt: null,
}

/** A connection that held so long was a good one: the next failure starts counting anew. */
const stableMs = 10_000
const rateLimitedMs = 10_000

/** True in the phases that have a socket or are about to. */
export function hasSocket({ phase }: ConnectionState): boolean {
  return phase === 'connecting' || phase === 'greeting' || phase === 'open'
}

/** What an event makes of a connection. One that means nothing in its phase gives the same state back. */
export function connection(state: ConnectionState, event: ConnectionEvent): ConnectionState {
  const { phase, attempt } = state
  const { now, random } = event
  const isUp = hasSocket(state)
  const isWaiting = phase === 'waiting'
  switch (event.type) {
    case 'need':
      // Refused is not tried again by itself; but who asks anew may have a reason, such as having logged in.
      if (phase === 'idle' || phase === 'refused') return down(state, 'connecting')
      break
    case 'unneeded':
      if (isUp || isWaiting) return { ...idleConnection, attempt }
      break
    case 'opened':
      if (phase === 'connecting') return { ...state, phase: 'greeting' }
      break
    case 'welcome':
      if (phase === 'greeting') return { ...state, phase: 'open', openedAt: now, reason: null }
      break
    case 'lost':
      if (isUp) return lost(state, event)
      break
    case 'silent':
      if (isUp) return wait(state, event, 'nothing was heard from the server')
      break
    case 'token-failed':
      if (phase === 'connecting') return wait(state, event, 'getToken failed')
      break
    case 'retry-due':
      if (state.retryAt) return down(state, 'connecting')
      break
    case 'wake': {
      // Something got better, for everybody at once: come back soon, but not all together.
      const retryAt = Math.round(now + random * 1_000)
      if (isWaiting && !(state.retryAt && state.retryAt <= retryAt)) return { ...state, retryAt }
      break
    }
    case 'sleep':
      if (isUp || isWaiting) return down(state, 'waiting', 'the page is put aside')
      break
    case 'unusable':
      if (phase === 'connecting') return down(state, 'refused', event.reason)
      break
    case 'goaway':
      if (isUp) {
        const [min, max] = event.afterMs
        return { ...state, retryAt: Math.round(now + min + random * (max - min)) }
      }
      break
    case 'close':
      if (phase !== 'closed') return { ...idleConnection, phase: 'closed' }
  }
  return state
}

function lost(state: ConnectionState, event: ConnectionEvent & { type: 'lost' }): ConnectionState {
  const { code, now, random } = event
  const reason = event.reason || `the connection was closed with ${code}`
  if (closeReaction(code) === 'stop') return down(state, 'refused', reason)
  // A fresh token helps at once; one that is refused again waits like everything else.
  if (code === 4501 && state.openedAt) return { ...down(state, 'connecting', reason, code), attempt: 0 }
  let ms: number | undefined
  // The server has gone before this client did; it is still not to come with all the others.
  if (state.retryAt) ms = Math.max(0, state.retryAt - now)
  if (code === 4503) ms = rateLimitedMs * (1 + random)
  return wait(state, event, reason, code, ms)
}

/** @param ms how long, if that is known */
function wait(
  state: ConnectionState,
  { now, random }: ConnectionEvent,
  reason: string,
  code?: number,
  ms?: number,
): ConnectionState {
  const failures = now - (state.openedAt ?? now) >= stableMs ? 0 : state.attempt
  const retryAt = Math.round(now + (ms ?? backoffMs(failures, random)))
  return { ...down(state, 'waiting', reason, code), attempt: failures + 1, retryAt }
}

/** The connection without its socket, and without what belonged to that. */
function down(
  state: ConnectionState,
  phase: ConnectionPhase,
  reason = state.reason,
  code: number | null = null,
): ConnectionState {
  return { ...state, phase, reason, code, openedAt: null, retryAt: null }
}
