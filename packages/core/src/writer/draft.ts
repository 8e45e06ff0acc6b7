import type { EventBody } from '../protocol/index.js'

type Writable<T> = T extends unknown ? { -readonly [K in keyof T]: T[K] } : never

/** An event that has happened but has no number yet. It may still merge with others or lose its payload. */
export type Draft = Writable<EventBody> & { readonly ts: number; truncated?: readonly string[] }

/** A draft of a token. */
export type TokenDraft = Extract<Draft, { update_type: 'token' }>

/** A draft of a run's start, before its time is known. */
export type StartDraft = Omit<Extract<Draft, { update_type: 'start' }>, 'ts'>
