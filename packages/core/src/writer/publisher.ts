import { LlmmonError } from '../protocol/index.js'
import type { RunCommand, Transport, WriterHost } from '../transport/transport.js'
import type { Draft } from './draft.js'
import { RunWriter, type RunWriterOptions } from './run-writer.js'
import { sendRequest } from './send-request.js'
import { WakeTimer } from './wake-timer.js'

/** A run as its publisher knows it: the writer, and how to reach the code that runs. */
export interface PublishedRun {
  readonly writer: RunWriter
  /** Aborts the run's signal; `already_ended` when it is over. */
  cancel(reason: string | null): 'accepted' | 'already_ended'
  /** Ends the run as abandoned, because its transport closes. */
  abandon(): void
}

/** How long events are gathered when the run has just been written, ms. */
const gatherMs = 5
/** How many requests one transport takes at once; one request may carry appends of several runs. */
const maxInFlight = 8
/** How much may wait in all runs of a process, UTF-16 units; beyond it each run keeps only a little. */
const maxWaiting = 67_108_864
const littleWaiting = 65_536
const cancelDeadlineMs = 5_000

/** What goes to the transport as one request. */
interface Volley {
  /** How many appends it may still take. */
  room: number
  /** How many have no answer yet. */
  out: number
}

const publishers = new WeakMap<Transport, Publisher>()

/** The publisher of a transport: one per transport and process, made when first needed. */
export function publisherOf(transport: Transport): Publisher {
  let publisher = publishers.get(transport)
  if (!publisher) publishers.set(transport, (publisher = new Publisher(transport)))
  return publisher
}

/**
 * Carries the requests of all runs of a process to one transport: at once when little is under way, else gathered;
 * runs take turns. Also the process's side for commands and for the transport's close. A thin shell: what to do is
 * decided by each `RunWriter`.
 */
export class Publisher implements WriterHost {
  readonly hostId = crypto.randomUUID()
  readonly #transport: Transport
  readonly #runs = new Map<string, Set<PublishedRun>>()
  readonly #ready = new Set<PublishedRun>()
  readonly #flushedAt = new Map<PublishedRun, number>()
  readonly #waiters = new Map<PublishedRun, Set<() => void>>()
  readonly #owners = new Map<PublishedRun, string>()
  readonly #wake = new WakeTimer(() => this.#wakeUp())
  #waiting = 0
  #inFlight = 0
  #isScheduled = false
  #unhost: (() => void) | undefined

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** How many runs it holds: open ones, and ended ones for a minute. */
  get size(): number {
    return this.#owners.size
  }

  /** Takes a run and begins to claim it. */
  add(options: RunWriterOptions, handlers: Omit<PublishedRun, 'writer'>): PublishedRun {
    this.#unhost ??= this.#transport.host(this)
    const run: PublishedRun = { writer: new RunWriter(options), ...handlers }
    const same = this.#runs.get(options.runId)
    if (same) same.add(run)
    else this.#runs.set(options.runId, new Set([run]))
    this.#owners.set(run, crypto.randomUUID())
    this.#makeReady(run)
    return run
  }

  /** Adds an event to a run. */
  push(run: PublishedRun, draft: Draft, payloadLength: number, bufferedLength: number): void {
    const { writer } = run
    const before = writer.waitingLength
    writer.push(draft, payloadLength, this.#waiting > maxWaiting ? littleWaiting : bufferedLength)
    this.#waiting += writer.waitingLength - before
    this.#makeReady(run)
  }

  /** Resolves true when all that was pushed is stored, false when it cannot be or did not get there in time. */
  flushed(run: PublishedRun, timeoutMs: number): Promise<boolean> {
    if (run.writer.isSettled) return Promise.resolve(run.writer.isStored)
    return new Promise((resolve) => {
      const waiters = this.#waiters.get(run) ?? new Set()
      this.#waiters.set(run, waiters)
      const finish = () => {
        clearTimeout(timer)
        waiters.delete(finish)
        resolve(run.writer.isStored)
      }
      const timer = setTimeout(finish, timeoutMs)
      waiters.add(finish)
    })
  }

  async command(runId: string, command: RunCommand): Promise<'accepted' | 'already_ended' | 'no_writer'> {
    const run = [...(this.#runs.get(runId) ?? [])].find(({ writer }) => writer.phase !== 'stopped')
    if (!run) return 'no_writer'
    const answer = run.cancel(command.reason)
    if (answer === 'accepted') await this.flushed(run, cancelDeadlineMs)
    return answer
  }

  async shutdown(timeoutMs: number): Promise<void> {
    const runs = [...this.#owners.keys()]
    for (const run of runs) run.abandon()
    await Promise.all(runs.map((run) => this.flushed(run, timeoutMs)))
    for (const run of runs) this.#forget(run)
    this.#wake.stop()
  }

  #makeReady(run: PublishedRun): void {
    this.#ready.add(run)
    if (this.#isScheduled) return
    this.#isScheduled = true
    // Not in the caller's stack: what the chain says in one go is written as one batch, and never on its time.
    queueMicrotask(() => {
      this.#isScheduled = false
      this.#pump()
    })
  }

  #pump(): void {
    const now = performance.now()
    let volley: Volley = { room: 0, out: 0 }
    for (const run of this.#ready) {
      if (volley.room === 0 && this.#inFlight >= maxInFlight) return
      const { writer } = run
      if (writer.isBusy) {
        this.#ready.delete(run)
        continue
      }
      const gatherUntil = (this.#flushedAt.get(run) ?? 0) + gatherMs
      if (now < gatherUntil && writer.mayGather) {
        this.#wake.at(gatherUntil, now)
        continue
      }
      // A run that is ready again goes behind the others.
      this.#ready.delete(run)
      if (volley.room === 0) volley = { room: this.#transport.appendsAtOnce ?? 1, out: 0 }
      this.#send(run, volley, now)
    }
  }

  #send(run: PublishedRun, volley: Volley, now: number): void {
    const { writer } = run
    const before = writer.waitingLength
    const request = writer.next(now)
    this.#waiting += writer.waitingLength - before
    if (!request) {
      this.#settle(run, now)
      return
    }
    if (volley.out === 0) this.#inFlight += 1
    volley.out += 1
    // Whatever else there is ends it.
    volley.room = request.op === 'append' ? volley.room - 1 : 0
    if (request.op === 'append') this.#flushedAt.set(run, now)
    const owner = this.#owners.get(run) ?? ''
    sendRequest(this.#transport, writer, { owner, hostId: this.hostId }, request).then(
      (answer) => this.#finish(run, volley, () => writer.answered(request, answer, performance.now())),
      (error: unknown) => {
        const retryable = !(LlmmonError.isInstance(error) && !error.retryable)
        this.#finish(run, volley, () => writer.failed(error, retryable, performance.now(), Math.random()))
      },
    )
  }

  #finish(run: PublishedRun, volley: Volley, take: () => void): void {
    volley.out -= 1
    if (volley.out === 0) this.#inFlight -= 1
    const before = run.writer.waitingLength
    take()
    this.#waiting += run.writer.waitingLength - before
    this.#makeReady(run)
  }

  #settle(run: PublishedRun, now: number): void {
    const { writer } = run
    if (writer.isSettled) {
      for (const waiter of [...(this.#waiters.get(run) ?? [])]) waiter()
      this.#waiters.delete(run)
    }
    if (writer.phase === 'done' || writer.phase === 'stopped') this.#forget(run)
    else if (writer.wakeAt !== undefined) this.#wake.at(writer.wakeAt, now)
  }

  #wakeUp(): void {
    const now = performance.now()
    for (const run of this.#owners.keys()) {
      const { wakeAt } = run.writer
      if (wakeAt === undefined) continue
      if (wakeAt <= now) this.#makeReady(run)
      else this.#wake.at(wakeAt, now)
    }
    this.#pump()
  }

  #forget(run: PublishedRun): void {
    const { runId } = run.writer
    const same = this.#runs.get(runId)
    same?.delete(run)
    if (same?.size === 0) this.#runs.delete(runId)
    this.#ready.delete(run)
    this.#flushedAt.delete(run)
    this.#waiters.delete(run)
    this.#owners.delete(run)
    this.#waiting -= run.writer.waitingLength
    if (this.#owners.size > 0) return
    this.#wake.stop()
    this.#unhost?.()
    this.#unhost = undefined
  }
}
