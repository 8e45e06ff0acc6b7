import { type Channel, channels, type EventBody, type Json, type LlmmonError, type StepEnd } from '../protocol/index.js'
import { addUsage, type Usage, usageToWire } from '../state/index.js'
import { slices, sliceText } from './code-point.js'
import type { Draft } from './draft.js'
import { type ErrorHook, runError } from './hooks.js'
import { chunkLength, type ResolvedWriterLimits } from './limits.js'
import { messageOf, type PublicError } from './public-error.js'
import { type RedactHook, redactEvent } from './redact.js'
import type { StepOptions } from './run.js'
import type { RunEnd } from './run-end.js'
import type { RunSink } from './run-sink.js'
import { Scope, StepScope, stepNames } from './scope.js'
import { snapshot } from './snapshot.js'
import { usageOf } from './usage-of.js'

/** What a run's recorder is made with. */
export interface RunRecorderOptions {
  readonly runId: string
  readonly limits: ResolvedWriterLimits
  readonly totalSteps: number | undefined
  /** What the top-level steps weigh together, where that is known. */
  readonly totalWeight?: number | undefined
  readonly redact: RedactHook | undefined
  readonly publicError: (error: unknown) => PublicError
  readonly report: ErrorHook
  readonly sink: RunSink
  /** Called once, when the run has ended. */
  readonly onEnd?: () => void
}

/** What a run's start tells. */
export interface StartFields {
  readonly chain: string
  readonly metadata: Json
  readonly tags: readonly string[]
  readonly parent?: { readonly run_id: string; readonly step_id?: string }
}

const longestName = 256

type Mutable<T> = T extends unknown ? { -readonly [K in keyof T]: T[K] } : never

/**
 * Turns what a chain does into events: copies, cuts and redacts what they carry, numbers the attempts of steps, and
 * keeps the rules of a run's life: steps inside an ended step end with it, a run ends once, nothing follows its end.
 * Nothing here waits or throws.
 */
export class RunRecorder {
  readonly runId: string
  readonly root: Scope
  readonly #options: RunRecorderOptions
  readonly #attempts = new Map<string, number>()
  readonly #controller = new AbortController()
  #steps = 0
  #spent: Usage | null = null
  #cancelReason: string | null | undefined
  #lastTs = 0

  constructor(options: RunRecorderOptions) {
    this.runId = options.runId
    this.root = new Scope(options.totalSteps, options.totalWeight)
    this.#options = options
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  get monitored(): boolean {
    return this.#options.sink.monitored
  }

  get hasEnded(): boolean {
    return !this.root.isOpen
  }

  flushed(timeoutMs: number): Promise<boolean> {
    return this.#options.sink.flushed(timeoutMs)
  }

  /** Reports trouble with watching this run. */
  report(code: LlmmonError['code'], message: string, cause?: unknown): void {
    this.#options.report(runError(code, this.runId, message, cause))
  }

  start(fields: StartFields): void {
    const { draft, length } = this.startOf(fields)
    this.#push(draft, length)
  }

  /** The event with which the run starts, as viewers get it, and how long its payload is. */
  startOf({ chain, metadata, tags, parent }: StartFields) {
    const { value, length, truncated } = snapshot(metadata, 'metadata', this.#options.limits.payloadLength)
    const { totalSteps } = this.#options
    const body = this.#redact({
      update_type: 'start',
      status: 'started',
      metadata: value as { readonly [key: string]: Json },
      chain,
      ...(tags.length > 0 && { tags }),
      ...(totalSteps !== undefined && { total_steps: totalSteps }),
      ...(parent && { parent }),
    })
    return { draft: truncated.length > 0 ? { ...body, truncated } : body, length }
  }

  startStep(parent: Scope, name: string, options: StepOptions): StepScope {
    const stepId = this.#stepId(options.stepId)
    const attempt = Math.max((this.#attempts.get(stepId) ?? 0) + 1, Math.floor(options.attempt ?? 1) || 1)
    const step = new StepScope(parent, stepId, this.#nameOf(name, 'step'), options.kind ?? 'step', attempt)
    this.#attempts.set(stepId, attempt)
    if (!this.#takes(parent, 'step')) {
      step.isOpen = false
      return step
    }
    parent.children.add(step)
    if (parent === this.root) this.root.meter.started(stepId, options.weight ?? 1)
    const { parentStepId } = step
    const body = { update_type: 'step_start', step_name: step.name, ...stepNames(step) } as const
    this.#emit(
      {
        ...body,
        ...(parentStepId && { parent_step_id: parentStepId }),
        ...(step.kind !== 'step' && { kind: step.kind }),
      },
      64,
    )
    return step
  }

  /** Ends a step, once; open steps inside it end as interrupted. */
  endStep(step: StepScope, status: StepEnd, result: unknown, error?: unknown): void {
    if (!step.isOpen) return
    for (const child of step.children)
      this.endStep(child, status === 'cancelled' ? 'cancelled' : 'interrupted', undefined)
    this.#flushText(step)
    step.isOpen = false
    step.parent.children.delete(step)
    const percentage = step.parent === this.root ? this.root.meter.ended(step.stepId) : this.root.meter.percentage
    const { value, length, truncated } = snapshot(result, 'intermediate_result', this.#options.limits.payloadLength)
    const told = status === 'error' ? this.#told(error) : undefined
    const { parentStepId } = step
    this.#emit(
      {
        update_type: 'step',
        step_name: step.name,
        progress_percentage: percentage,
        intermediate_result: value,
        ...stepNames(step),
        ...(parentStepId && { parent_step_id: parentStepId }),
        ...(step.kind !== 'step' && { kind: step.kind }),
        step_status: status,
        ...(told && { error: told.message, ...(told.code && { code: told.code }) }),
        ...(step.spent && { usage: usageToWire(step.spent) }),
        duration_ms: Math.round(performance.now() - step.startedAt),
      },
      length,
      truncated,
    )
  }

  token(scope: Scope, delta: unknown, channel: Channel): void {
    if (typeof delta !== 'string' || !channels.includes(channel)) {
      const got = typeof delta === 'string' ? `channel ${String(channel)}` : typeof delta
      this.report(
        'invalid_argument',
        `Expected token(text, { channel }) with a string and one of ${channels.join(', ')}; got ${got}.`,
      )
      return
    }
    if (delta === '' || !this.#takes(scope, 'token')) return
    const redacted = this.#options.redact ? this.#redact({ ...this.#tokenBody(scope, channel, delta, 0) }).delta : delta
    if (redacted.length <= chunkLength) this.#place(scope, channel, redacted)
    // In pieces: one that is longer than what may wait would have to be given up whole.
    else for (const piece of slices(redacted, chunkLength)) this.#place(scope, channel, piece)
  }

  progress(scope: Scope, percentage: number | null, message: string | null): void {
    if (percentage !== null && !Number.isFinite(percentage)) {
      this.report('invalid_argument', `Expected progress(0 to 100, or null); got ${String(percentage)}.`)
      return
    }
    if (!this.#takes(scope, 'progress')) return
    const holds = scope.meter.said(percentage)
    if (holds === scope.lastPercentage && message === scope.lastMessage) return
    scope.lastPercentage = holds
    scope.lastMessage = message
    const names = scope instanceof StepScope ? stepNames(scope) : {}
    const text = message === null ? null : sliceText(String(message), this.#options.limits.messageLength)
    this.#emit({ update_type: 'progress', progress_percentage: holds, message: text, ...names }, text?.length ?? 0)
  }

  custom(scope: Scope, name: string, data: unknown): void {
    if (!this.#takes(scope, 'custom event')) return
    const { value, length, truncated } = snapshot(data, 'data', this.#options.limits.payloadLength)
    const names = scope instanceof StepScope ? { step_id: scope.stepId } : {}
    this.#emit(
      { update_type: 'custom', name: this.#nameOf(name, 'custom event'), data: value, ...names },
      length,
      truncated,
    )
  }

  usage(scope: Scope, counts: unknown): void {
    if (!this.#takes(scope, 'usage')) return
    const usage = usageOf(counts)
    if (!usage) {
      const example = 'usage({ inputTokens: 120, outputTokens: 45 })'
      this.report('invalid_argument', `Expected ${example} with numbers; what is none was left out.`)
      return
    }
    scope.spend(usage)
    this.#spent = addUsage(this.#spent, usage)
  }

  /** Aborts the signal, once, and tells so. */
  requestCancel(reason: string | null, abortReason?: unknown): 'accepted' | 'already_ended' {
    if (this.hasEnded) return 'already_ended'
    if (this.#cancelReason !== undefined) return 'accepted'
    this.#cancelReason = reason === null ? null : sliceText(reason, this.#options.limits.messageLength)
    this.#emit({ update_type: 'cancel_requested', reason: this.#cancelReason }, reason?.length ?? 0)
    this.#controller.abort(abortReason ?? new DOMException(reason ?? 'The run was cancelled.', 'AbortError'))
    return 'accepted'
  }

  /** Ends the run, once; false when it had ended before. A failure after a cancel is the cancel's doing. */
  end(end: RunEnd): boolean {
    if (this.hasEnded) return false
    const isCancelled = end.how === 'cancelled' || (end.how === 'error' && this.signal.aborted)
    for (const step of this.root.children) this.endStep(step, isCancelled ? 'cancelled' : 'interrupted', undefined)
    this.#flushText(this.root)
    this.root.isOpen = false
    if (isCancelled) {
      const reason = this.#cancelReason ?? (end.how === 'cancelled' ? end.reason : null)
      this.#emit({ update_type: 'cancelled', status: 'cancelled', reason }, reason?.length ?? 0)
    } else if (end.how === 'complete') {
      const { value, length, truncated } = snapshot(end.result, 'result', this.#options.limits.resultLength)
      const usage = this.#spent && { usage: usageToWire(this.#spent) }
      this.#emit({ update_type: 'complete', status: 'completed', result: value, ...usage }, length, truncated)
    } else if (end.how === 'error') {
      const { message, code } = this.#told(end.error)
      this.#emit({ update_type: 'error', status: 'error', error: message, ...(code && { code }) }, message.length)
    } else {
      const error = 'The process that ran this chain was shut down before it ended.'
      this.#emit({ update_type: 'error', status: 'error', error, code: 'abandoned' }, error.length)
    }
    this.#options.onEnd?.()
    return true
  }

  #takes(scope: Scope, what: string): boolean {
    if (scope.isOpen && this.root.isOpen) return true
    const ended = this.hasEnded ? 'the run' : 'its step'
    this.report(
      'run_ended',
      `A ${what} came after ${ended} had ended; it was dropped. Await what a step starts before it returns.`,
    )
    return false
  }

  // A chain must not fail for the sake of a name.
  #nameOf(name: unknown, what: string): string {
    if (typeof name === 'number' || (typeof name === 'string' && name !== ''))
      return sliceText(String(name), longestName)
    const got = name === '' ? 'an empty one' : name === null ? 'null' : typeof name
    this.report('invalid_argument', `Expected a string as the name of a ${what}; got ${got}. It is shown as "unnamed".`)
    return 'unnamed'
  }

  #stepId(wanted: unknown): string {
    if (typeof wanted === 'string' && wanted !== '' && wanted.length <= longestName) return wanted
    if (wanted !== undefined) {
      this.report(
        'invalid_argument',
        `Expected stepId to be a string of 1 to ${longestName} characters; one was made up instead.`,
      )
    }
    do this.#steps += 1
    while (this.#attempts.has(`step-${this.#steps}`))
    return `step-${this.#steps}`
  }

  #place(scope: Scope, channel: Channel, text: string): void {
    const placed = scope.streams.push(channel, text)
    if (placed) this.#push(this.#tokenBody(scope, channel, placed.delta, placed.at), 0)
  }

  #tokenBody(scope: Scope, channel: Channel, delta: string, at: number): Extract<EventBody, { update_type: 'token' }> {
    if (!(scope instanceof StepScope)) return { update_type: 'token', channel, delta, at }
    const { stepId: step_id, attempt } = scope
    if (attempt === 1) return { update_type: 'token', step_id, channel, delta, at }
    return { update_type: 'token', step_id, attempt, channel, delta, at }
  }

  #flushText(scope: Scope): void {
    for (const { channel, delta, at } of scope.streams.flush())
      this.#push(this.#tokenBody(scope, channel, delta, at), 0)
  }

  #told(error: unknown): PublicError {
    try {
      const { message, code } = this.#options.publicError(error)
      const text = sliceText(String(message), this.#options.limits.messageLength)
      return { message: text, ...(code !== undefined && { code: sliceText(String(code), longestName) }) }
    } catch (cause) {
      this.report('hook_failed', `The publicError hook threw (${messageOf(cause)}); viewers get no message.`, cause)
      return { message: 'The chain failed.', code: 'run_failed' }
    }
  }

  #redact<Body extends EventBody>(body: Body): Body {
    return redactEvent(body, this.#options.redact, (cause) =>
      this.report(
        'redact_failed',
        `The redact hook threw on a ${body.update_type} event; its payload was withheld.`,
        cause,
      ),
    )
  }

  #emit(body: EventBody, payloadLength: number, truncated?: readonly string[]): void {
    const redacted = this.#redact(body)
    this.#push(truncated && truncated.length > 0 ? { ...redacted, truncated } : redacted, payloadLength)
  }

  #push(body: EventBody & { truncated?: readonly string[] }, payloadLength: number): void {
    // A clock that is set back must not make steps end before they start.
    this.#lastTs = Math.max(this.#lastTs, Date.now())
    // Nobody else has this body: another copy of it would be most of what a token costs.
    const draft = body as Mutable<Draft>
    draft.ts = this.#lastTs
    this.#options.sink.push(draft as Draft, payloadLength)
  }
}
