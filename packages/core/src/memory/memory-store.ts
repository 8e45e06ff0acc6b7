import type { EncodedBatch } from '../protocol/index.js'
import { compareEpochs } from '../protocol/index.js'
import { abandonedBatch, nextEpoch } from '../transport/abandoned-batch.js'
import { mergedLabel } from '../transport/merged-label.js'
import type {
  AppendRequest,
  CheckpointRequest,
  ClaimAnswer,
  ClaimRequest,
  ReserveRequest,
  RestoreRequest,
  RunHistory,
  RunInfo,
  RunLabel,
  WriteAnswer,
} from '../transport/transport.js'
import { infoOf, type StoredRun, segmentsEnd } from './stored-run.js'

/** Bounds and times of a memory store. */
export interface MemoryStoreOptions {
  /** How long an ended run is kept, ms. */
  retentionMs: number
  /** How many runs are kept; beyond it the ones that ended first are forgotten. */
  maxRuns: number
  /** How long a writer may be silent before its run can be reaped, ms. */
  leaseMs: number
  /** The clock, ms since 1970. */
  now: () => number
}

/**
 * The runs of one process, and what each write does to them: every method checks first, then changes, without
 * waiting in between, as a script in Redis does.
 */
export class MemoryStore {
  readonly #runs = new Map<string, StoredRun>()
  // Runs that may be forgotten, in the order in which they came to be so.
  readonly #forgettable = new Set<string>()
  // No epoch is given twice, not even to a run that was forgotten and began anew in the same millisecond.
  #lastEpoch = '0'
  readonly #options: MemoryStoreOptions

  constructor(options: MemoryStoreOptions) {
    this.#options = options
  }

  /** How many runs are kept. */
  get size(): number {
    return this.#runs.size
  }

  reserve(request: ReserveRequest): 'ok' | 'exists' {
    if (this.#find(request.runId)) return 'exists'
    const now = this.#options.now()
    this.#put({ ...this.#blank(request), state: 'reserved', expiresAt: now + request.ttlMs })
    return 'ok'
  }

  claim(request: ClaimRequest): ClaimAnswer {
    const run = this.#find(request.runId)
    const revives = request.mode === 'revive'
    const had = request.epoch ?? '0'
    if (revives && (!run || run.state === 'reserved' || compareEpochs(had, run.epoch) > 0)) return { answer: 'lost' }
    // A repeat, however late: it must not undo what has been written since.
    const isRetry = run?.owner === request.owner && (run.state === 'open' || run.state === 'closed')
    if (run && isRetry) return { answer: 'ok', epoch: run.epoch, ...labelOf(run, request) }
    let isOwn = run?.state === 'abandoned' && run.owner === request.owner
    if (run && revives) {
      // What was given up is older than what the claimer had: the store had been rolled back behind it.
      isOwn ||= run.state === 'abandoned' && compareEpochs(had, run.base?.epoch ?? run.epoch) > 0
      if (run.state === 'closed') return { answer: 'closed' }
      if (!isOwn) return { answer: 'fenced' }
    } else if (request.mode === 'new' && run && run.state !== 'reserved' && !isOwn) return { answer: 'exists' }
    const epoch = this.#newEpoch(run?.epoch)
    const opened = !run || run.state === 'reserved' ? 'new' : isOwn ? 'revived' : 'replaced'
    const label = run?.state === 'reserved' ? mergedLabel(run, request) : request
    const { owner, hostId } = request
    const opening = { ...this.#blank({ ...request, ...label }), epoch, opened, owner, hostId } as const
    this.#put(opening)
    return { answer: 'ok', epoch, ...(run?.cancel && { cancel: run.cancel }), ...labelOf(opening, request) }
  }

  append({ runId, batch }: AppendRequest): WriteAnswer {
    const run = this.#find(runId)
    const refused = this.#refuse(run, batch.epoch)
    if (refused || !run) return refused ?? { answer: 'lost', last: 0 }
    if (batch.to <= run.last) return { answer: 'dup', last: run.last }
    if (run.state !== 'open') return { answer: 'closed', last: run.last }
    if (batch.from !== run.last + 1) return { answer: 'gap', last: run.last }
    this.#write(run, batch)
    return { answer: 'ok', last: run.last }
  }

  checkpoint({ runId, epoch, segments, replace }: CheckpointRequest): WriteAnswer {
    const run = this.#find(runId)
    const refused = this.#refuse(run, epoch)
    if (refused || !run) return refused ?? { answer: 'lost', last: 0 }
    const first = segments[0]
    const end = segments.at(-1)?.to ?? 0
    if (!replace && end <= segmentsEnd(run)) return { answer: 'dup', last: run.last }
    const tail = run.tail.filter((batch) => batch.to > end)
    const joins = first?.from === (replace ? 1 : segmentsEnd(run) + 1)
    if (!joins || end > run.last || (tail[0]?.from ?? end + 1) !== end + 1) return { answer: 'gap', last: run.last }
    run.segments = replace ? segments : [...run.segments, ...segments]
    run.tail = tail
    return { answer: 'ok', last: run.last }
  }

  restore(request: RestoreRequest): WriteAnswer {
    const known = this.#find(request.runId)
    const order = known ? compareEpochs(request.epoch, known.epoch) : 1
    if (known && order < 0) return { answer: 'fenced', last: known.last }
    const batches = [...request.segments, ...request.tail]
    const last = batches.at(-1)?.to ?? 0
    if (known && order === 0 && known.last === last && known.state !== 'reserved')
      return { answer: 'dup', last: known.last }
    const { epoch, owner, hostId, segments } = request
    const opened = order === 0 && known ? known.opened : 'new'
    const run = { ...this.#blank(request), epoch, owner, hostId, opened, segments, tail: [...request.tail], last }
    this.#put(run)
    if (batches.at(-1)?.closes) this.#close(run, 'closed')
    return { answer: 'ok', last }
  }

  heartbeat({ runId, epoch }: { readonly runId: string; readonly epoch: string }): WriteAnswer {
    const run = this.#find(runId)
    const refused = this.#refuse(run, epoch)
    if (refused || !run) return refused ?? { answer: 'lost', last: 0 }
    if (run.state !== 'open') return { answer: 'closed', last: run.last }
    run.heartbeatAt = this.#options.now()
    return { answer: 'ok', last: run.last }
  }

  /** Ends a silent run; the batch to publish comes back when this reaper was the one. */
  reap(runId: string): { answer: 'reaped' | 'alive' | 'closed' | 'unknown'; batch?: EncodedBatch } {
    const run = this.#find(runId)
    if (!run || run.state === 'reserved') return { answer: 'unknown' }
    if (run.state !== 'open') return { answer: 'closed' }
    const now = this.#options.now()
    const silentMs = now - run.heartbeatAt
    // A sign of life from the future comes from a clock that was set back: it says nothing, so it does not protect.
    if (silentMs <= this.#options.leaseMs && silentMs >= -this.#options.leaseMs) return { answer: 'alive' }
    const epoch = this.#newEpoch(run.epoch)
    const base = { epoch: run.epoch, to: run.last }
    const batch = abandonedBatch(runId, epoch, base, now)
    Object.assign(run, { epoch, base, opened: 'reaped' } as const)
    this.#write(run, batch)
    this.#close(run, 'abandoned')
    return { answer: 'reaped', batch }
  }

  /** Keeps a cancel for a run that has not started. */
  storeCancel(runId: string, reason: string | null): void {
    const run = this.#find(runId)
    if (run?.state === 'reserved') run.cancel = { reason }
  }

  /** The process that writes an open run. */
  hostOf(runId: string): string | undefined {
    return this.#find(runId)?.hostId
  }

  inspect(runId: string): RunInfo | undefined {
    const run = this.#find(runId)
    return run && infoOf(run, this.#options.now())
  }

  read(runId: string, after: number): RunHistory | undefined {
    const run = this.#find(runId)
    if (!run) return undefined
    const batches = [...run.segments, ...run.tail].filter((batch) => batch.to > after)
    return { info: infoOf(run, this.#options.now()), batches }
  }

  /** Forgets a run, as a store does that lost its data. For tests of what happens then. */
  lose(runId: string): void {
    this.#runs.delete(runId)
    this.#forgettable.delete(runId)
  }

  /** Takes a copy of a run; gives how to go back to it. For tests of what happens then. */
  copy(runId: string): () => void {
    const run = this.#runs.get(runId)
    const copied = (of: StoredRun): StoredRun => ({ ...of, segments: [...of.segments], tail: [...of.tail] })
    const kept = run && copied(run)
    return () => {
      if (kept) this.#put(copied(kept))
      else this.lose(runId)
    }
  }

  #blank(label: ReserveRequest | ClaimRequest | RestoreRequest): StoredRun {
    const { runId, chain, metadata, tags } = label
    return {
      runId,
      chain,
      metadata,
      tags,
      state: 'open',
      epoch: '0',
      last: 0,
      base: undefined,
      opened: 'new',
      owner: '',
      hostId: '',
      heartbeatAt: this.#options.now(),
      expiresAt: Number.POSITIVE_INFINITY,
      cancel: undefined,
      segments: [],
      tail: [],
    }
  }

  #newEpoch(stored = '0'): string {
    this.#lastEpoch = nextEpoch(this.#options.now(), stored, this.#lastEpoch)
    return this.#lastEpoch
  }

  #refuse(run: StoredRun | undefined, epoch: string): WriteAnswer | undefined {
    if (!run || run.state === 'reserved') return { answer: 'lost', last: 0 }
    const order = compareEpochs(epoch, run.epoch)
    if (order !== 0) return { answer: order < 0 ? 'fenced' : 'lost', last: run.last }
    return undefined
  }

  #write(run: StoredRun, batch: EncodedBatch): void {
    ;(run.tail as EncodedBatch[]).push(batch)
    run.last = batch.to
    run.heartbeatAt = this.#options.now()
    if (batch.closes) this.#close(run, 'closed')
  }

  #close(run: StoredRun, state: 'closed' | 'abandoned'): void {
    run.state = state
    run.expiresAt = this.#options.now() + this.#options.retentionMs
    this.#put(run)
  }

  #find(runId: string): StoredRun | undefined {
    const run = this.#runs.get(runId)
    if (!run || run.expiresAt > this.#options.now()) return run
    this.lose(runId)
    return undefined
  }

  #put(run: StoredRun): void {
    this.#runs.set(run.runId, run)
    this.#forgettable.delete(run.runId)
    if (run.state !== 'open') this.#forgettable.add(run.runId)
    const now = this.#options.now()
    for (const runId of this.#forgettable) {
      const expired = (this.#runs.get(runId)?.expiresAt ?? 0) <= now
      if (!expired && this.#runs.size <= this.#options.maxRuns) break
      this.lose(runId)
    }
  }
}

// Said only where it is not what the writer believes.
function labelOf({ chain, metadata, tags }: StoredRun, given: RunLabel): { label?: RunLabel } {
  const label = { chain, metadata, tags }
  const own = { chain: given.chain, metadata: given.metadata, tags: given.tags }
  return JSON.stringify(label) === JSON.stringify(own) ? {} : { label }
}
