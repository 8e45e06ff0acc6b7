import { LlmmonError } from '../protocol/index.js'
import type { RunCommand, Transport, WriterHost } from '../transport/transport.js'
import type { Draft } from './draft.js'
import { ProcessHold } from './process-hold.js'
import { PublishedRun, type RunHandlers } from './published-run.js'
import type { RunWriterOptions } from './run-writer-options.js'
import { sendRequest } from './send-request.js'
import { WakeTimer } from './wake-timer.js'
import type { WriterAnswer, WriterRequest } from './writer-request.js'

/** How many requests one transport takes at once; one request may carry appends of several runs. */
const maxInFlight = 8
/** How much may wait in all runs of a process, UTF-16 units; beyond it each run keeps only a little. */
const maxWaiting = 67_108_864
const littleWaiting = 65_536
/** How long a cancel waits until it is stored, ms; below what whoever asks across processes waits for the answer. */
const cancelDeadlineMs = 4_500
/** Signs of life and retries of many runs that are due within this, ms, are looked for together; within a tenth of a heartbeat where that is less. */
const lookEveryMs = 50

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

/** The publisher of a transport, if a run of this process has needed one. */
export function knownPublisher(transport: Transport): Publisher | undefined {
  return publishers.get(transport)
}

/**
 * Carries the requests of all runs of a process to one transport: at once when little is under way, else gathered;
 * runs take turns. Also the process's side for commands and for the transport's close. A thin shell: what to do is
 * decided by each `RunWriter`, when by its `GatherPace`.
 */
export class Publisher implements WriterHost {
  readonly hostId = crypto.randomUUID()
  readonly #transport: Transport
  readonly #lookEveryMs: number
  readonly #runs = new Set<PublishedRun>()
  readonly #byId = new Map<string, Set<PublishedRun>>()
  // Have something to do, in the order of their turns.
  readonly #ready = new Set<PublishedRun>()
  // Have something to write, and time.
  readonly #gathering = new Set<PublishedRun>()
  readonly #gatherTimer = new WakeTimer(() => this.#gathered())
  readonly #lookTimer = new WakeTimer(() => this.#look())
  readonly #hold = new ProcessHold()
  #unsettled = 0
  #waiting = 0
  #inFlight = 0
  #isScheduled = false
  #unhost: (() => void) | undefined

  constructor(transport: Transport) {
    this.#transport = transport
    this.#lookEveryMs = Math.min(lookEveryMs, transport.liveness.heartbeatMs / 10)
  }

  /** How many runs it holds: open ones, and ended ones for a minute. */
  get size(): number {
    return this.#runs.size
  }

  /** Takes a run and begins to claim it. */
  add(options: RunWriterOptions, handlers: RunHandlers): PublishedRun {
    this.#unhost ??= this.#transport.host(this)
    const run = new PublishedRun(options, handlers)
    const same = this.#byId.get(options.runId)
    if (same) same.add(run)
    else this.#byId.set(options.runId, new Set([run]))
    this.#runs.add(run)
    this.#holdFor(run)
    this.#makeReady(run)
    return run
  }

  /** Adds an event to a run. */
  push(run: PublishedRun, draft: Draft, payloadLength: number, bufferedLength: number): void {
    if (!run.isKnown) return
    const { writer } = run
    const before = writer.waitingLength
    writer.push(draft, payloadLength, this.#waiting > maxWaiting ? littleWaiting : bufferedLength)
    this.#waiting += writer.waitingLength - before
    run.pace.pushed()
    this.#holdFor(run)
    // Whoever waits for an answer or for more has its turn then.
    if (writer.isBusy || (this.#gathering.has(run) && writer.mayGather)) return
    this.#makeReady(run)
  }

  /** Resolves true when all that was pushed so far is stored, false when it cannot be or did not get there in time. */
  flushed(run: PublishedRun, timeoutMs: number): Promise<boolean> {
    const stored = run.flushed(timeoutMs)
    if (this.#gathering.has(run)) this.#makeReady(run)
    return stored
  }

  /** The writer of a run of this process, if there is one that still writes it or looks after it. */
  writerOf(runId: string): PublishedRun | undefined {
    return [...(this.#byId.get(runId) ?? [])].find(({ writer }) => writer.phase !== 'stopped')
  }

  async command(runId: string, command: RunCommand): Promise<'accepted' | 'already_ended' | 'no_writer'> {
    const run = this.writerOf(runId)
    if (!run) return 'no_writer'
    const answer = run.handlers.cancel(command.reason)
    if (answer === 'accepted') await this.flushed(run, cancelDeadlineMs)
    return answer
  }

  async shutdown(timeoutMs: number): Promise<void> {
    const runs = [...this.#runs]
    for (const run of runs) run.handlers.abandon()
    await Promise.all(runs.map((run) => this.flushed(run, timeoutMs)))
    for (const run of runs) this.#forget(run)
  }

  #makeReady(run: PublishedRun): void {
    // One that was forgotten while a request was out leaves room for others all the same.
    if (run.isKnown) this.#ready.add(run)
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
      // A run that is ready again goes behind the others.
      this.#ready.delete(run)
      if (run.writer.isBusy) continue
      if (run.mayGather(now)) {
        this.#gathering.add(run)
        this.#gatherTimer.at(run.pace.due, now)
        continue
      }
      this.#gathering.delete(run)
      if (volley.room === 0) volley = { room: this.#transport.appendsAtOnce ?? 1, out: 0 }
      this.#send(run, volley, now)
    }
  }

  #gathered(): void {
    const now = performance.now()
    for (const run of this.#gathering) {
      if (run.pace.isGathering(now)) this.#gatherTimer.at(run.pace.due, now)
      else this.#ready.add(run)
    }
    this.#pump()
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
    if (request.op === 'append') run.pace.wrote(now)
    sendRequest(this.#transport, writer, { owner: run.owner, hostId: this.hostId }, request).then(
      (answer) => this.#answered(run, volley, request, answer),
      (error: unknown) => this.#failed(run, volley, error),
    )
  }

  #answered(run: PublishedRun, volley: Volley, request: WriterRequest, answer: WriterAnswer): void {
    const { writer } = run
    if (run.isUnsettled) this.#hold.want()
    const before = writer.waitingLength
    writer.answered(request, answer, performance.now())
    this.#waiting += writer.waitingLength - before
    this.#finish(run, volley)
  }

  #failed(run: PublishedRun, volley: Volley, error: unknown): void {
    const { writer } = run
    const retryable = !(LlmmonError.isInstance(error) && !error.retryable)
    const before = writer.waitingLength
    writer.failed(error, retryable, performance.now(), Math.random())
    this.#waiting += writer.waitingLength - before
    this.#finish(run, volley)
  }

  #finish(run: PublishedRun, volley: Volley): void {
    volley.out -= 1
    if (volley.out === 0) this.#inFlight -= 1
    run.told()
    this.#makeReady(run)
  }

  #settle(run: PublishedRun, now: number): void {
    const { writer } = run
    if (writer.isSettled) {
      run.told()
      this.#letGo(run)
    }
    if (writer.phase === 'done' || writer.phase === 'stopped') this.#forget(run)
    else this.#lookAt(run, now)
  }

  // On a grid, so that many runs with deadlines of their own make few calls.
  #lookAt({ writer }: PublishedRun, now: number): void {
    const { wakeAt } = writer
    if (wakeAt !== undefined) this.#lookTimer.at(Math.ceil(wakeAt / this.#lookEveryMs) * this.#lookEveryMs, now)
  }

  #look(): void {
    const now = performance.now()
    for (const run of this.#runs) {
      const { wakeAt } = run.writer
      if (wakeAt !== undefined && wakeAt <= now) this.#ready.add(run)
      else this.#lookAt(run, now)
    }
    this.#pump()
  }

  #holdFor(run: PublishedRun): void {
    if (!run.isUnsettled) this.#unsettled += 1
    run.isUnsettled = true
    this.#hold.want()
  }

  #letGo(run: PublishedRun): void {
    if (!run.isUnsettled) return
    run.isUnsettled = false
    this.#unsettled -= 1
    if (this.#unsettled === 0) this.#hold.release()
  }

  #forget(run: PublishedRun): void {
    if (!run.isKnown) return
    run.isKnown = false
    const { runId } = run.writer
    const same = this.#byId.get(runId)
    same?.delete(run)
    if (same?.size === 0) this.#byId.delete(runId)
    this.#runs.delete(run)
    this.#ready.delete(run)
    this.#gathering.delete(run)
    this.#waiting -= run.writer.waitingLength
    this.#letGo(run)
    if (this.#runs.size > 0) return
    this.#gatherTimer.stop()
    this.#lookTimer.stop()
    this.#hold.stop()
    this.#unhost?.()
    this.#unhost = undefined
  }
}
