import { type EncodedBatch, encodeBatch, type RunEvent, type RunObserver, type Transport } from '@llmmon/core'

/** What the sections of the conformance suite work with: a fresh subject for each test. */
export interface ConformanceContext {
  readonly transport: Transport
  /** Lets so much time pass that a silent writer's lease is over. */
  expireLease(): void | Promise<void>
  /** Makes the store forget a run. */
  lose(runId: string): void | Promise<void>
  /** Claims a run and gives its epoch. */
  claim(runId: string, owner?: string, mode?: 'new' | 'replace' | 'revive'): Promise<string>
}

/** The label of every run of the suite. */
export const label = { chain: 'test', metadata: { user: 7 }, tags: ['a'] }

/** A batch of custom events; `closes` makes the last one the end of the run. */
export function testBatch(runId: string, epoch: string, from: number, to: number, closes = false): EncodedBatch {
  const events = Array.from({ length: to - from + 1 }, (_, i): RunEvent => {
    const seq = from + i
    if (closes && seq === to) return { update_type: 'complete', status: 'completed', result: null, seq, ts: seq }
    return { update_type: 'custom', name: 'n', data: seq, seq, ts: seq }
  })
  return encodeBatch({ type: 'events', run_id: runId, epoch, from, to, events }, closes)
}

/** An observer of batches alone. */
export function observer(batch: (batch: EncodedBatch) => void): RunObserver {
  return { batch, bell: () => undefined, interrupted: () => undefined, active: () => undefined }
}

/** A promise, and what fulfils it. */
export function arrival<Value = void>(): { promise: Promise<Value>; done: (value: Value) => void } {
  let done: (value: Value) => void = () => undefined
  const promise = new Promise<Value>((resolve) => {
    done = resolve
  })
  return { promise, done }
}
