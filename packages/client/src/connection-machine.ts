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

/** A connection, without its socket. */
export interface ConnectionState {
  readonly phase: ConnectionPhase
  /** Attempts that have failed since the last stable connection. */
  readonly attempt: number
  /** When the connection was welcomed, ms; null while it is not open. */
  readonly openedAt: number | null
  /** What stopped it last. */
  readonly reason: string | null
  /** When it tries again, ms; null while it does not wait. */
  readonly retryAt: number | null
  /** After how long the server wants it back, ms. */
  readonly comeBack: readonly [number, number] | null
}

/** What can happen to a connection. Times in ms; `random` from 0 to 1. */
export type ConnectionEvent =
  | { readonly type: 'need' | 'unneeded' | 'opened' | 'retry-due' | 'sleep' | 'close' }
  | { readonly type: 'welcome'; readonly now: number }
  | {
      readonly type: 'lost'
      readonly code: number
      readonly reason: string
      readonly now: number
      readonly random: number
    }
  | { readonly type: 'silent' | 'token-failed' | 'wake'; readonly now: number; readonly random: number }
  | { readonly type: 'unusable'; readonly reason: string }
  | { readonly type: 'goaway'; readonly afterMs: readonly [number, number] }

/** What the shell is to do. */
export type ConnectionEffect =
  | { readonly type: 'connect'; readonly tokenReason: 'connect' | 'expired' }
  | { readonly type: 'greet' | 'drop' | 'cancel-retry' | 'forget-positions' }
  | { readonly type: 'retry-in'; readonly ms: number }

/** A connection that nobody has needed yet. */
export const idleConnection: ConnectionState = {
  phase: 'idle',
  attempt: 0,
  openedAt: null,
  reason: null,
  retryAt: null,
  comeBack: null,
}

/** A connection that held so long was a good one: the next failure starts counting anew. */
const stableMs = 10_000
const rateLimitedMs = 10_000

type Step = readonly [ConnectionState, readonly ConnectionEffect[]]

/** What an event does to a connection. An event that means nothing in its phase gives the same state back. */
export function connection(state: ConnectionState, event: ConnectionEvent): Step {
  const { phase } = state
  const hasSocket = phase === 'connecting' || phase === 'greeting' || phase === 'open'
  if (phase === 'closed') return [state, []]
  switch (event.type) {
    case 'need':
      // Refused is not tried again by itself; but who asks anew may have a reason, such as having logged in.
      return phase === 'idle' || phase === 'refused' ? connect(state) : [state, []]
    case 'unneeded':
      if (hasSocket) return [{ ...idleConnection, attempt: state.attempt }, [{ type: 'drop' }]]
      return phase === 'waiting'
        ? [{ ...idleConnection, attempt: state.attempt }, [{ type: 'cancel-retry' }]]
        : [state, []]
    case 'opened':
      return phase === 'connecting' ? [{ ...state, phase: 'greeting' }, [{ type: 'greet' }]] : [state, []]
    case 'welcome':
      return phase === 'greeting' ? [{ ...state, phase: 'open', openedAt: event.now, reason: null }, []] : [state, []]
    case 'lost':
      return hasSocket ? lost(state, event) : [state, []]
    case 'silent': {
      if (!hasSocket) return [state, []]
      const [next, effects] = wait(state, 'nothing was heard from the server', backoff(state, event), event.now)
      return [next, [{ type: 'drop' }, ...effects]]
    }
    case 'token-failed':
      return phase === 'connecting' ? wait(state, 'getToken failed', backoff(state, event), event.now) : [state, []]
    case 'retry-due':
      return phase === 'waiting' ? connect(state) : [state, []]
    case 'wake': {
      if (phase !== 'waiting') return [state, []]
      // Something got better, for everybody at once: come back soon, but not all together.
      const ms = event.random * 1_000
      if (state.retryAt !== null && state.retryAt <= event.now + ms) return [state, []]
      return [{ ...state, retryAt: event.now + ms }, [{ type: 'cancel-retry' }, { type: 'retry-in', ms }]]
    }
    case 'sleep':
      if (hasSocket) return [waiting(state, 'the page is put aside', null), [{ type: 'drop' }]]
      return phase === 'waiting' ? [{ ...state, retryAt: null }, [{ type: 'cancel-retry' }]] : [state, []]
    case 'unusable':
      return phase === 'connecting'
        ? [{ ...state, phase: 'refused', reason: event.reason, retryAt: null }, []]
        : [state, []]
    case 'goaway':
      return hasSocket ? [{ ...state, comeBack: event.afterMs }, []] : [state, []]
    case 'close':
      return [{ ...idleConnection, phase: 'closed' }, hasSocket ? [{ type: 'drop' }] : [{ type: 'cancel-retry' }]]
  }
}

function connect(state: ConnectionState, tokenReason: 'connect' | 'expired' = 'connect'): Step {
  const next: ConnectionState = { ...state, phase: 'connecting', retryAt: null, openedAt: null, comeBack: null }
  return [next, [{ type: 'connect', tokenReason }]]
}

function lost(state: ConnectionState, event: ConnectionEvent & { type: 'lost' }): Step {
  const { code, now, random } = event
  const reason = event.reason || `the connection was closed with ${code}`
  if (closeReaction(code) === 'stop') return [{ ...state, phase: 'refused', reason, openedAt: null }, []]
  // A fresh token helps at once; one that is refused again waits like everything else.
  if (code === 4501 && state.openedAt !== null) return connect({ ...state, reason, attempt: 0 }, 'expired')
  const [min, max] = state.comeBack ?? [0, 0]
  let ms = state.comeBack ? min + random * (max - min) : backoff(state, event)
  if (code === 4503) ms = rateLimitedMs + random * rateLimitedMs
  const [next, effects] = wait(state, reason, ms, now)
  return [next, code === 4505 ? [{ type: 'forget-positions' }, ...effects] : effects]
}

function backoff(state: ConnectionState, { now, random }: { readonly now: number; readonly random: number }): number {
  return backoffMs(isStable(state, now) ? 0 : state.attempt, random)
}

function isStable(state: ConnectionState, now: number): boolean {
  return state.openedAt !== null && now - state.openedAt >= stableMs
}

function wait(state: ConnectionState, reason: string, ms: number, now: number): Step {
  const attempt = isStable(state, now) ? 1 : state.attempt + 1
  return [{ ...waiting(state, reason, now + ms), attempt }, [{ type: 'retry-in', ms }]]
}

function waiting(state: ConnectionState, reason: string, retryAt: number | null): ConnectionState {
  return { ...state, phase: 'waiting', reason, retryAt, openedAt: null, comeBack: null }
}
