import {
  continuity,
  type EncodedBatch,
  type Following,
  followRun,
  type ResetReason,
  type RunInfo,
  type RunPhase,
  type Transport,
} from '@llmmon/core'
import { Audiences } from './audiences.js'
import { Head } from './head.js'
import { lostEvent } from './lost-event.js'
import type { ResolvedServerOptions } from './options.js'
import { SharedBatch } from './shared-batch.js'
import { stalledAfterMs } from './tick.js'
import type { Viewer } from './viewer.js'

/** What a viewer waits for. */
interface Waiting {
  /** When the run must have started, and what happens if it has not. */
  readonly startBy?: { readonly at: number; readonly sawRun: boolean }
  /** When the store must know as much as this viewer. */
  readonly aheadUntil?: number
}

/** How long `abandoned` may still be taken back, ms. */
const abandonedGraceMs = 60_000
/** How much longer than a lease a vanished run is waited for, ms. */
const lostGraceMs = 5_000
/** What is kept of a run's history when memory is short, characters. */
const ringLength = 262_144

/**
 * One run on one server: a single subscription upstream, whose batches go as the same bytes to every viewer that stands where they begin. A viewer that came late or fell behind is
 * a position, not a queue: it gets what it lacks when its connection has room.
 */
export class RunChannel {
  readonly runId: string
  readonly #transport: Transport
  readonly #options: ResolvedServerOptions
  readonly #now: () => number
  readonly #audiences: Audiences
  readonly #head = new Head()
  readonly #viewers = new Set<Viewer>()
  readonly #waiting = new Map<Viewer, Waiting>()
  // False while everybody is known to stand at the newest.
  #mayLag = false
  // Viewers that wait for the first read: they keep the channel, but get nothing yet.
  readonly #held = new Set<Viewer>()
  readonly #following: Following
  #info: RunInfo | undefined
  #isRead = false
  #whenRead: (() => void)[] = []
  #quietSince: number
  #isChecking = false
  #isStalled = false
  #vanishedAt: number | undefined
  // Until then an abandoned run's writer may still prove to be alive.
  #openUntil: number | undefined
  #idleSince: number

  constructor(runId: string, options: ResolvedServerOptions, now: () => number) {
    this.runId = runId
    this.#transport = options.transport
    this.#options = options
    this.#now = now
    this.#quietSince = now()
    this.#idleSince = now()
    this.#audiences = new Audiences(runId, options, now)
    this.#following = followRun(options.transport, runId, {
      batches: (batches) => this.#take(batches),
      reset: (reason) => this.#reset(reason),
      info: (info) => this.#learn(info),
      error: (error) => {
        options.metrics.count('llmmon_store_errors_total')
        options.logger.warn({ err: error, runId }, 'Following a run met trouble')
      },
    })
  }

  /** How many viewers it has. */
  get size(): number {
    return this.#viewers.size + this.#held.size
  }

  /** Since when it has had none; meaningless while it has some. */
  get idleSince(): number {
    return this.#idleSince
  }

  /** Length of the history it keeps. */
  get historyLength(): number {
    return this.#audiences.length
  }

  /** How the run stands. */
  get phase(): RunPhase {
    if (this.#head.newest?.closes || this.#endIsComing) return 'ended'
    return this.#head.last > 0 || this.#info?.state === 'open' ? 'open' : 'pending'
  }

  /** Resolves when the store has been asked once. */
  ready(): Promise<void> {
    if (this.#isRead) return Promise.resolve()
    return new Promise((resolve) => this.#whenRead.push(resolve))
  }

  /** Nothing is known of the run: it neither is there nor reserved. */
  get isUnknown(): boolean {
    return this.#head.last === 0 && this.#info === undefined
  }

  /** Keeps the channel for a viewer that will be added once it is ready. */
  hold(viewer: Viewer): void {
    this.#held.add(viewer)
    this.#audiences.of(viewer).viewers += 1
  }

  /** Takes a viewer, from where it stands. */
  add(viewer: Viewer): void {
    if (!this.#held.delete(viewer)) this.#audiences.of(viewer).viewers += 1
    const sawRun = viewer.position !== undefined
    const { leaseMs } = this.#transport.liveness
    const waitMs = sawRun ? leaseMs + lostGraceMs : this.#options.limits.pendingMs
    this.#viewers.add(viewer)
    if (this.#head.last === 0) this.#waiting.set(viewer, { startBy: { at: this.#now() + waitMs, sawRun } })
    if (this.#isStalled || (sawRun && this.#head.last === 0)) viewer.status('stalled')
    if (this.#head.last > 0) this.#place(viewer)
    this.pump(viewer)
  }

  /** Lets a viewer go. */
  remove(viewer: Viewer): void {
    this.#waiting.delete(viewer)
    const wasHere = this.#viewers.delete(viewer) || this.#held.delete(viewer)
    if (!wasHere) return
    this.#audiences.of(viewer).viewers -= 1
    if (this.size === 0) this.#idleSince = this.#now()
  }

  /** Makes a viewer one of another audience: what it has seen so far is void. */
  move(viewer: Viewer, audience: string): void {
    const isHere = this.#viewers.has(viewer) || this.#held.has(viewer)
    if (isHere) this.#audiences.of(viewer).viewers -= 1
    viewer.audience = audience
    if (isHere) this.#audiences.of(viewer).viewers += 1
    if (!this.#viewers.has(viewer) || viewer.position === undefined) return
    const waiting = this.#waiting.get(viewer)
    this.#restart(viewer, 'audience')
    if (waiting?.startBy) this.#waiting.set(viewer, waiting)
  }

  /** Sends a viewer what it lacks, as far as its connection has room. */
  pump(viewer: Viewer): void {
    if (!this.#viewers.has(viewer)) return
    const seq = viewer.position?.seq ?? 0
    const frames = this.#audiences.of(viewer).frames(seq)
    if (!frames) {
      this.#mayLag = true
      void this.#refill(viewer)
      return
    }
    for (const batch of frames) {
      if (!viewer.isReady) {
        this.#mayLag = true
        return
      }
      this.#send(viewer, batch)
    }
    this.#endIfDone(viewer)
  }

  /** Looks at what time has done; called about once a second. */
  tick(): void {
    const now = this.#now()
    for (const [viewer, { startBy, aheadUntil }] of this.#waiting) {
      const isAhead = (viewer.position?.seq ?? 0) > this.#head.last
      if (startBy && startBy.at <= now && this.#info?.state !== 'reserved') this.#giveUp(viewer, startBy.sawRun)
      else if (aheadUntil !== undefined && aheadUntil <= now && isAhead) this.#restart(viewer, 'rollback')
    }
    if (this.#mayLag || this.phase === 'ended') this.#help()
    const { heartbeatMs } = this.#transport.liveness
    this.#audiences.tick()
    const isWatched = this.#viewers.size > 0 && this.phase !== 'ended'
    if (isWatched && !this.#isChecking && now - this.#quietSince > heartbeatMs) void this.#check()
  }

  /** Keeps only the newest part of the history. */
  shrink(): void {
    this.#audiences.shrink(ringLength)
  }

  /** Stops following. */
  close(): void {
    this.#following.stop()
    this.#viewers.clear()
    this.#waiting.clear()
    this.#held.clear()
    for (const resolve of this.#whenRead.splice(0)) resolve()
  }

  #take(batches: readonly EncodedBatch[]): void {
    const now = this.#now()
    this.#quietSince = now
    this.#vanishedAt = undefined
    const before = this.#head.last
    const shared = batches.map((batch) => new SharedBatch(batch))
    for (const batch of shared) this.#head.take(batch)
    this.#audiences.push(shared)
    // A reaper's end is no sign of life.
    if (this.#head.newest?.closes && this.#head.newest.base) this.#openUntil ??= now + abandonedGraceMs
    else this.#setStalled(false)
    for (const viewer of this.#viewers) {
      if (before === 0) this.#place(viewer)
      const standsAt = viewer.position?.seq ?? 0
      if (standsAt !== before || shared.length > 1 || !viewer.isReady) this.pump(viewer)
      else {
        for (const batch of this.#audiences.of(viewer).newest) this.#send(viewer, batch)
        this.#endIfDone(viewer)
      }
    }
  }

  #reset(reason: ResetReason): void {
    this.#head.clear()
    this.#audiences.clear()
    this.#openUntil = undefined
    for (const viewer of [...this.#viewers]) this.#restart(viewer, reason)
  }

  #learn(info: RunInfo | undefined): void {
    this.#info = info
    if (info?.state === 'abandoned') this.#openUntil ??= this.#now() + abandonedGraceMs - info.silentMs
    if (this.#isRead) return
    this.#isRead = true
    // After the batches of this read, which come right behind.
    queueMicrotask(() => {
      for (const resolve of this.#whenRead.splice(0)) resolve()
    })
  }

  // Where a viewer goes on, now that something is known of the run.
  #place(viewer: Viewer): void {
    const { epoch, last, base } = this.#head
    const info = this.#info
    // Of a history that is still coming, the store has told already where it ends.
    const known = info && info.last > last ? info : { epoch, last, base: base ?? info?.base }
    const what = continuity(viewer.position, known)
    if (what === 'reset') {
      const opened = this.#info?.opened
      this.#restart(viewer, opened === 'replaced' || opened === 'revived' ? opened : 'epoch')
      return
    }
    const { leaseMs } = this.#transport.liveness
    if (what === 'ahead') this.#waiting.set(viewer, { aheadUntil: this.#now() + leaseMs })
    else this.#waiting.delete(viewer)
  }

  // The store has said that the run is over, and has not given all of it yet.
  get #endIsComing(): boolean {
    const { state, last } = this.#info ?? { last: 0 }
    return last > this.#head.last && (state === 'closed' || state === 'abandoned')
  }

  #restart(viewer: Viewer, reason: ResetReason): void {
    this.#waiting.delete(viewer)
    if (viewer.position === undefined) return
    viewer.position = undefined
    this.#options.metrics.count('llmmon_resets_total', { reason })
    viewer.reset(reason)
    this.pump(viewer)
  }

  // Who waits for a read that failed, or for room, is helped on.
  #help(): void {
    this.#mayLag = false
    for (const viewer of this.#viewers) {
      const lags = (viewer.position?.seq ?? 0) < this.#head.last
      if (lags && viewer.isReady) this.pump(viewer)
      else if (lags) this.#mayLag = true
      if (this.phase === 'ended') this.#endIfDone(viewer)
    }
  }

  #send(viewer: Viewer, batch: SharedBatch): void {
    if (batch.to <= (viewer.position?.seq ?? 0)) return
    viewer.position = batch.end
    viewer.send(batch)
  }

  #endIfDone(viewer: Viewer): void {
    const { newest } = this.#head
    if (!newest?.closes || viewer.position?.seq !== newest.to || viewer.position.epoch !== newest.epoch) return
    if (this.#openUntil !== undefined && this.#now() < this.#openUntil) return
    this.remove(viewer)
    viewer.end(viewer.position)
  }

  #giveUp(viewer: Viewer, sawRun: boolean): void {
    this.remove(viewer)
    if (sawRun) viewer.lost(lostEvent(Date.now()))
    else viewer.notFound()
  }

  async #refill(viewer: Viewer): Promise<void> {
    const { logger } = this.#options
    const log = this.#audiences.of(viewer)
    try {
      await log.refill((err) => logger.warn({ err, runId: this.runId }, 'A batch is not valid'))
      if (log.frames(viewer.position?.seq ?? 0)) this.pump(viewer)
    } catch (err) {
      logger.warn({ err, runId: this.runId }, 'Reading a run failed')
    }
  }

  // The writer has been quiet: is it alive, is the run still there?
  async #check(): Promise<void> {
    this.#isChecking = true
    try {
      const info = await this.#transport.inspect(this.runId)
      const now = this.#now()
      const { heartbeatMs, leaseMs } = this.#transport.liveness
      this.#info = info
      // What is not open changes by events, which are heard; it is looked at less often.
      if (info?.state !== 'open') this.#quietSince = now
      if (!info) {
        if (this.#head.last === 0) return
        this.#vanishedAt ??= now
        this.#setStalled(true)
        if (now - this.#vanishedAt <= leaseMs + lostGraceMs) return
        for (const viewer of [...this.#viewers]) this.#giveUp(viewer, true)
        return
      }
      this.#vanishedAt = undefined
      // The news of it may have been lost on the way: nothing is heard of a loss of the last message.
      if (info.last > 0) this.#following.bell({ epoch: info.epoch, seq: info.last })
      if (info.state !== 'open') return
      this.#setStalled(info.silentMs > stalledAfterMs(this.#transport))
      if (info.silentMs > leaseMs) await this.#transport.reap(this.runId)
      else if (info.silentMs < heartbeatMs) this.#quietSince = now - info.silentMs
    } catch (error) {
      this.#options.logger.warn({ err: error, runId: this.runId }, 'Checking on a run failed')
    } finally {
      this.#isChecking = false
    }
  }

  #setStalled(isStalled: boolean): void {
    if (isStalled === this.#isStalled) return
    this.#isStalled = isStalled
    for (const viewer of this.#viewers) viewer.status(isStalled ? 'stalled' : 'live')
  }
}
