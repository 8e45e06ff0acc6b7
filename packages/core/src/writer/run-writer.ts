import { compareEpochs, decodeBatch, type EncodedBatch, type ErrorCode, type RunEvent } from '../protocol/index.js'
import type { ClaimAnswer, ClaimRequest, RunInfo, RunLabel, WriteAnswer } from '../transport/transport.js'
import type { Draft } from './draft.js'
import { moved, WriterHistory } from './history.js'
import { Outbox } from './outbox.js'
import type { RunWriterOptions } from './run-writer-options.js'
import { numbered, seal } from './seal.js'
import type { WriterAnswer, WriterRequest } from './writer-request.js'

/**
 * How a run's writer stands.
 *
 * `claiming → open → ended → done`, with `restoring` and `reviving` in between when the store has lost the run or
 * given it up, and `stopped` when nothing more can be written.
 */
export type WriterPhase = 'claiming' | 'open' | 'restoring' | 'reviving' | 'ended' | 'done' | 'stopped'

/** When it is looked whether the store still has an ended run, ms after the look before; for so long the run is kept to restore it. */
const lookAfterMs = [5_000, 15_000, 40_000]
const firstRetryMs = 100
const longestRetryMs = 5_000
const maxBatchEvents = 512
const maxBatchLength = 65_536

/**
 * The writer of one run: numbers its events, seals them into batches and says what the store is to do next. Knows no
 * clock, timer or transport: `next` gives a request, `answered` or `failed` takes what came of it, one at a time. Each
 * answer of the store has one reaction, so a request whose answer was lost is simply made again.
 */
export class RunWriter {
  readonly runId: string
  #label: RunLabel
  readonly #options: RunWriterOptions
  readonly #outbox = new Outbox()
  readonly #history: WriterHistory
  #phase: WriterPhase = 'claiming'
  #claimMode: ClaimRequest['mode']
  #epoch = ''
  #busy = false
  #sealed: EncodedBatch | undefined
  #resend: readonly EncodedBatch[] = []
  #failures = 0
  #retryAt = 0
  #writtenAt = 0
  #verifyAt = 0
  #verified = 0

  constructor(options: RunWriterOptions) {
    const { runId, chain, metadata, tags } = options
    this.runId = runId
    this.#label = { chain, metadata, tags }
    this.#options = options
    this.#history = new WriterHistory(options.limits.historyLength)
    this.#claimMode = options.ifExists === 'replace' ? 'replace' : 'new'
  }

  /** What the run is called; known for sure once it has been claimed. */
  get label(): RunLabel {
    return this.#label
  }

  /** The incarnation it writes in; empty before the claim. */
  get epoch(): string {
    return this.#epoch
  }

  get phase(): WriterPhase {
    return this.#phase
  }

  /** True while a request is out. */
  get isBusy(): boolean {
    return this.#busy
  }

  /** Length of what waits, for the bound of the process. */
  get waitingLength(): number {
    return this.#outbox.length
  }

  /** True when what waits may wait a little longer, so that more comes together. */
  get mayGather(): boolean {
    const { size, length, isUrgent } = this.#outbox
    const isFresh = this.#phase === 'open' && this.#sealed === undefined && this.#resend.length === 0
    return isFresh && size > 0 && !isUrgent && size < maxBatchEvents && length < maxBatchLength
  }

  /** True when everything pushed so far is in the store, or never will be. */
  get isSettled(): boolean {
    if (this.#phase === 'stopped' || this.#phase === 'done') return true
    const hasWritten = this.#phase === 'open' || this.#phase === 'ended'
    return hasWritten && this.#outbox.size === 0 && this.#sealed === undefined && this.#resend.length === 0
  }

  /** True when all that was pushed is stored. */
  get isStored(): boolean {
    return this.isSettled && this.#phase !== 'stopped'
  }

  /** The number that the last event pushed so far will have, or a higher one. */
  get saidUpTo(): number {
    return (this.#sealed?.to ?? this.#history.last) + this.#outbox.size
  }

  /** Up to which number the store has everything, as far as is known. */
  get storedUpTo(): number {
    const isWell = (this.#phase === 'open' || this.#phase === 'ended') && this.#resend.length === 0
    return isWell ? this.#history.last : 0
  }

  /** Everything that was said so far, stored or not; what is not sealed yet under the numbers that it will have, or higher ones. */
  get said(): RunEvent[] {
    const { segments, tail } = this.#history
    const sealed = [...segments, ...tail, ...(this.#sealed ? [this.#sealed] : [])]
    const from = (sealed.at(-1)?.to ?? 0) + 1
    return [
      ...sealed.flatMap(({ text }) => decodeBatch(text).events),
      ...numbered(this.#outbox.drafts, from, this.#outbox.dropped),
    ]
  }

  /** Adds an event. Cheap, never throws, never waits. */
  push(draft: Draft, payloadLength: number, maxLength: number): void {
    if (this.#phase === 'stopped' || this.#phase === 'done') return
    this.#outbox.push(draft, payloadLength, this.#options.limits.bufferedEvents, maxLength)
  }

  /** What the store is to do now, or undefined when there is nothing or it is too early. Marks the writer busy. */
  next(now: number): WriterRequest | undefined {
    if (this.#busy || now < this.#retryAt) return undefined
    const request = this.#request(now)
    this.#busy = request !== undefined
    return request
  }

  /** When `next` may give something although nothing is pushed; undefined: never. */
  get wakeAt(): number | undefined {
    if (this.#busy || this.#phase === 'stopped' || this.#phase === 'done') return undefined
    if (this.#retryAt > 0) return this.#retryAt
    if (this.#phase === 'ended') return this.#verifyAt
    return this.#phase === 'open' ? this.#writtenAt + this.#options.heartbeatMs : 0
  }

  /** Takes the store's answer to the last request. */
  answered(request: WriterRequest, answer: WriterAnswer, now: number): void {
    this.#busy = false
    this.#failures = 0
    this.#retryAt = 0
    switch (request.op) {
      case 'claim':
        this.#claimed(request.mode, answer as ClaimAnswer, now)
        return
      case 'append':
        this.#appended(request.batch, answer as WriteAnswer, now)
        return
      case 'verify': {
        this.#verified += 1
        this.#phase = this.#phaseAfterLook(answer as RunInfo | undefined)
        if (this.#phase === 'ended') this.#endIfClosed(now)
        return
      }
      default:
        this.#wrote(request, answer as WriteAnswer, now)
    }
  }

  /** Takes that the last request failed: its outcome is unknown, so it will be made again, later. */
  failed(error: unknown, retryable: boolean, now: number, random: number): void {
    this.#busy = false
    if (!retryable) {
      this.#stop('transport_failed', 'The transport refused for good; this run goes on without being watched.', error)
      return
    }
    const delay = Math.min(longestRetryMs, firstRetryMs * 2 ** this.#failures)
    this.#failures += 1
    this.#retryAt = now + delay * (0.5 + random / 2)
  }

  #request(now: number): WriterRequest | undefined {
    switch (this.#phase) {
      case 'claiming':
        return { op: 'claim', mode: this.#claimMode }
      case 'reviving':
        return { op: 'claim', mode: 'revive', epoch: this.#epoch }
      case 'restoring': {
        const { segments, tail } = this.#history
        return { op: 'restore', request: { epoch: this.#epoch, segments, tail } }
      }
      case 'open':
        return this.#write(now)
      case 'ended':
        return now >= this.#verifyAt ? { op: 'verify' } : undefined
      default:
        return undefined
    }
  }

  #write(now: number): WriterRequest | undefined {
    const unsent = this.#resend[0] ?? this.#sealed
    if (unsent) return { op: 'append', batch: unsent }
    if (this.#history.isDue) return { op: 'checkpoint', epoch: this.#epoch, checkpoint: this.#history.checkpoint() }
    if (this.#outbox.size > 0) {
      const drafts = this.#outbox.take(maxBatchEvents, maxBatchLength)
      const { runId } = this
      const { dropped } = this.#outbox
      this.#sealed = seal(drafts, { runId, epoch: this.#epoch, from: this.#history.last + 1, dropped })
      return { op: 'append', batch: this.#sealed }
    }
    return now >= this.#writtenAt + this.#options.heartbeatMs ? { op: 'heartbeat', epoch: this.#epoch } : undefined
  }

  #claimed(mode: ClaimRequest['mode'], answer: ClaimAnswer, now: number): void {
    if (answer.answer === 'ok') {
      this.#epoch = answer.epoch
      this.#writtenAt = now
      if (mode === 'revive') {
        this.#history.rebase(answer.epoch)
        this.#reseal()
        this.#phase = 'restoring'
        return
      }
      this.#phase = 'open'
      // A retried claim must not replace what the first one has made.
      this.#claimMode = 'new'
      if (answer.label) this.#relabel(answer.label)
      if (answer.cancel) this.#options.onCancel(answer.cancel.reason)
      return
    }
    // Whoever gave the run up, or took it, is forgotten too; should somebody still write it, that one's epoch wins.
    if (answer.answer === 'lost') this.#phase = 'restoring'
    else if (mode === 'new') {
      const advice = "Choose another id, or pass ifExists: 'replace'."
      this.#stop('run_exists', `The run id ${this.runId} is taken, so this run is not monitored. ${advice}`)
    } else this.#fenced()
  }

  #relabel(label: RunLabel): void {
    this.#label = label
    // Nothing has been sealed before the claim, so the start still waits.
    const start = this.#options.onLabel?.(label)
    if (start) this.#outbox.restart(start)
  }

  #appended(batch: EncodedBatch, { answer, last }: WriteAnswer, now: number): void {
    this.#writtenAt = now
    switch (answer) {
      case 'ok':
      case 'dup':
        if (batch === this.#sealed) {
          this.#history.add(batch)
          this.#sealed = undefined
        } else this.#resend = this.#resend.slice(1)
        this.#endIfClosed(now)
        return
      case 'gap': {
        const between = this.#history.after(last)
        this.#resend = between ?? []
        if (!between) this.#phase = 'restoring'
        return
      }
      case 'lost':
        this.#resend = []
        this.#phase = 'restoring'
        return
      case 'fenced':
        this.#phase = 'reviving'
        return
      case 'closed':
        this.#fenced()
    }
  }

  #wrote(request: WriterRequest, { answer }: WriteAnswer, now: number): void {
    this.#writtenAt = now
    if (answer === 'fenced') {
      this.#phase = 'reviving'
      return
    }
    if (answer === 'ok' || answer === 'dup') {
      if (request.op === 'checkpoint') this.#history.checkpointed(request.checkpoint)
      if (request.op === 'restore') {
        this.#resend = []
        this.#phase = 'open'
        this.#endIfClosed(now)
      }
      return
    }
    if (answer === 'closed') this.#fenced()
    else this.#phase = 'restoring'
  }

  // What was sealed under the old epoch and never stored gets its number again under the new one.
  #reseal(): void {
    this.#resend = []
    if (!this.#sealed) return
    this.#sealed = moved(this.#sealed, this.#epoch)
  }

  #endIfClosed(now: number): void {
    const closes = this.#history.tail.at(-1)?.closes ?? this.#history.segments.at(-1)?.closes ?? false
    if (!closes || this.#sealed || this.#resend.length > 0) return
    this.#outbox.clear()
    const lookAfter = lookAfterMs[this.#verified]
    this.#phase = lookAfter === undefined ? 'done' : 'ended'
    this.#verifyAt = now + (lookAfter ?? 0)
  }

  // A store that was rolled back may know less than the whole run; somebody may even have given it up.
  #phaseAfterLook(info: RunInfo | undefined): WriterPhase {
    const order = info ? compareEpochs(info.epoch, this.#epoch) : -1
    if (order > 0) return info?.state === 'abandoned' ? 'reviving' : 'done'
    return order === 0 && (info?.last ?? 0) >= this.#history.last ? 'ended' : 'restoring'
  }

  #fenced(): void {
    this.#stop('fenced', `Another writer has taken over the run ${this.runId}; this one stops writing.`)
  }

  #stop(code: ErrorCode, message: string, cause?: unknown): void {
    this.#phase = 'stopped'
    this.#outbox.clear()
    this.#sealed = undefined
    this.#resend = []
    this.#options.onStopped(code, message, cause)
  }
}
