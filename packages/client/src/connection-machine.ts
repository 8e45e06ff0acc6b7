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
  const { now, random } = event
  const hasSocket = phase === 'connecting' || phase === 'greeting' || phase === 'open'
  const letGo: readonly ConnectionEffect[] = [{ type: hasSocket ? 'drop' : 'cancel-retry' }]
  if (phase === 'closed') return [state, []]
  switch (event.type) {
    case 'need':
      // Refused is not tried again by itself; but who asks anew may have a reason, such as having logged in.
      if (phase === 'idle' || phase === 'refused') return connect(state)
      break
    case 'unneeded':
      if (hasSocket || phase === 'waiting') return [{ ...idleConnection, attempt: state.attempt }, letGo]
      break
    case 'opened':
      if (phase === 'connecting') return [{ ...state, phase: 'greeting' }, [{ type: 'greet' }]]
      break
    case 'welcome':
      if (phase === 'greeting') return [{ ...state, phase: 'open', openedAt: now, reason: null }, []]
      break
    case 'lost':
      if (hasSocket) return lost(state, event)
      break
    case 'silent':
      if (hasSocket) return wait(state, event, 'nothing was heard from the server', letGo)
      break
    case 'token-failed':
      if (phase === 'connecting') return wait(state, event, 'getToken failed')
      break
    case 'retry-due':
      if (phase === 'waiting') return connect(state)
      break
    case 'wake': {
      // Something got better, for everybody at once: come back soon, but not all together.
      const ms = random * 1_000
      if (phase === 'waiting' && (state.retryAt ?? Number.POSITIVE_INFINITY) > now + ms) {
        return [{ ...state, retryAt: now + ms }, [...letGo, { type: 'retry-in', ms }]]
      }
      break
    }
    case 'sleep':
      if (hasSocket || phase === 'waiting') return [waiting(state, 'the page is put aside', null), letGo]
      break
    case 'unusable':
      if (phase === 'connecting') return refused(state, event.reason)
      break
    case 'goaway':
      if (hasSocket) return [{ ...state, comeBack: event.afterMs }, []]
      break
    case 'close':
      return [{ ...idleConnection, phase: 'closed' }, letGo]
  }
  return [state, []]
}

function connect(state: ConnectionState, tokenReason: 'connect' | 'expired' = 'connect'): Step {
  return [{ ...waiting(state, state.reason, null), phase: 'connecting' }, [{ type: 'connect', tokenReason }]]
}

function refused(state: ConnectionState, reason: string): Step {
  return [{ ...waiting(state, reason, null), phase: 'refused' }, []]
}

function lost(state: ConnectionState, event: ConnectionEvent & { type: 'lost' }): Step {
  const { code, random } = event
  const reason = event.reason || `the connection was closed with ${code}`
  if (closeReaction(code) === 'stop') return refused(state, reason)
  // A fresh token helps at once; one that is refused again waits like everything else.
  if (code === 4501 && state.openedAt !== null) return connect({ ...state, reason, attempt: 0 }, 'expired')
  let ms: number | undefined
  if (state.comeBack) ms = state.comeBack[0] + random * (state.comeBack[1] - state.comeBack[0])
  if (code === 4503) ms = rateLimitedMs * (1 + random)
  return wait(state, event, reason, code === 4505 ? [{ type: 'forget-positions' }] : [], ms)
}

/** @param ms how long to wait, if that is known */
function wait(
  state: ConnectionState,
  { now, random }: ConnectionEvent,
  reason: string,
  first: readonly ConnectionEffect[] = [],
  ms?: number,
): Step {
  const failures = now - (state.openedAt ?? now) >= stableMs ? 0 : state.attempt
  const waitMs = ms ?? backoffMs(failures, random)
  const next = { ...waiting(state, reason, now + waitMs), attempt: failures + 1 }
  return [next, [...first, { type: 'retry-in', ms: waitMs }]]
}

function waiting(state: ConnectionState, reason: string | null, retryAt: number | null): ConnectionState {
  return { ...state, phase: 'waiting', reason, retryAt, openedAt: null, comeBack: null }
}
