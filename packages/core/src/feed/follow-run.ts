import {
  checkEncodedBatch,
  type EncodedBatch,
  LlmmonError,
  type Position,
  type ResetReason,
} from '../protocol/index.js'
import type { RunHistory, RunInfo, Transport } from '../transport/transport.js'
import { type FeedEffect, type FeedEvent, feed, initialFeed } from './feed-machine.js'

/** Who follows a run. None of these may throw. */
export interface FollowObserver {
  /** Batches in order, each once, checked: valid, and of this run. */
  batches(batches: readonly EncodedBatch[]): void
  /** Everything delivered so far is void; the history comes again from the first event. */
  reset(reason: ResetReason): void
  /** How the run stands in the store, at each read and each part of one; undefined while there is none. */
  info(info: RunInfo | undefined): void
  /** Told of reads that failed and of batches that are not valid. */
  error(error: LlmmonError): void
}

/** Options of `followRun`. */
export interface FollowOptions {
  /** Where the receiver stands. Default: at nothing. */
  from?: Position
  /** Gives numbers from 0 to 1 for the jitter. Default `Math.random`. */
  random?: () => number
}

const firstRetryMs = 100
const longestRetryMs = 5_000

/** A run that is being followed. */
export interface Following {
  /** Stops; idempotent. */
  stop(): void
  /** Something was written up to this position, as is known from elsewhere: it is read if it has not come. */
  bell(position: Position): void
}

/** Follows a run in a transport: its history, then what is written, merged. A thin shell around the feed machine. */
export function followRun(
  transport: Transport,
  runId: string,
  observer: FollowObserver,
  { from, random = Math.random }: FollowOptions = {},
): Following {
  let state = initialFeed(from)
  let isClosed = false
  let failures = 0
  let unwatch: (() => void) | undefined
  let retryTimer: ReturnType<typeof setTimeout> | undefined
  let aheadTimer: ReturnType<typeof setTimeout> | undefined
  // Effects can cause events; those wait their turn, so that deliveries never overtake each other.
  const queue: FeedEvent[] = []
  let isRunning = false

  watch()
  return { stop: close, bell: (position) => send({ type: 'bell', position }) }

  function send(event: FeedEvent): void {
    if (isRunning) {
      queue.push(event)
      return
    }
    isRunning = true
    for (let next: FeedEvent | undefined = event; next && !isClosed; next = queue.shift()) {
      const [after, effects] = feed(state, next)
      state = after
      if (next.type === 'history' && !effects.some(({ type }) => type === 'retry-later')) failures = 0
      for (const effect of effects) perform(effect)
    }
    isRunning = false
  }

  function perform(effect: FeedEffect): void {
    switch (effect.type) {
      case 'read':
        read(effect.id, effect.after)
        return
      case 'retry-later':
        // Also where reads succeed and something stays missing: it may be missing for good.
        failures += 1
        clearTimeout(retryTimer)
        retryTimer = later(() => send({ type: 'retry-due' }), retryDelay())
        return
      case 'deliver':
        failures = 0
        observer.batches(effect.batches)
        return
      case 'reset':
        observer.reset(effect.reason)
        return
      case 'info':
        observer.info(effect.info)
        return
      case 'ahead':
        clearTimeout(aheadTimer)
        aheadTimer = later(() => send({ type: 'give-up-position' }), transport.liveness.leaseMs)
    }
  }

  function read(id: number, after: number): void {
    const take = (part: RunHistory) => isClosed || send({ type: 'part', id, history: checked(part) })
    transport.read(runId, after, take).then(
      (history) => isClosed || send({ type: 'history', id, history: history && checked(history) }),
      (cause: unknown) => {
        if (isClosed) return
        observer.error(
          new LlmmonError('transport_failed', `Reading the run ${runId} failed.`, { cause, runId, retryable: true }),
        )
        send({ type: 'read-failed', id })
      },
    )
  }

  function checked(history: RunHistory): RunHistory {
    return { ...history, batches: history.batches.filter(isValid) }
  }

  function watch(): void {
    const watching = transport.watch(runId, {
      batch: (batch) => {
        if (!isClosed && isValid(batch)) send({ type: 'batch', batch })
        else if (!isClosed) send({ type: 'bell', position: { epoch: batch.epoch, seq: batch.to } })
      },
      bell: (position) => send({ type: 'bell', position }),
      interrupted: () => send({ type: 'interrupted' }),
      active: () => send({ type: 'active' }),
    })
    watching.then(
      (stop) => {
        if (isClosed) return stop()
        unwatch = stop
        send({ type: 'active' })
      },
      (cause: unknown) => {
        if (isClosed) return
        failures += 1
        observer.error(
          new LlmmonError('transport_failed', `Watching the run ${runId} failed.`, { cause, runId, retryable: true }),
        )
        retryTimer = later(watch, retryDelay())
      },
    )
  }

  // Checked once here; then its text is passed on as it is, however many viewers there are.
  function isValid(batch: EncodedBatch): boolean {
    try {
      checkEncodedBatch(batch, runId)
      return true
    } catch (error) {
      observer.error(error as LlmmonError)
      return false
    }
  }

  function retryDelay(): number {
    return Math.min(longestRetryMs, firstRetryMs * 2 ** failures) * (0.5 + random() / 2)
  }

  function later(action: () => void, ms: number): ReturnType<typeof setTimeout> {
    const timer = setTimeout(() => isClosed || action(), ms)
    ;(timer as { unref?: () => void }).unref?.()
    return timer
  }

  function close(): void {
    if (isClosed) return
    isClosed = true
    clearTimeout(retryTimer)
    clearTimeout(aheadTimer)
    unwatch?.()
  }
}
