import { decodeBatch, encodeBatch, isTerminal, type RunEvent } from '@llmmon/core'
import type { MonitorServerOptions } from './options.js'
import { SharedBatch } from './shared-batch.js'
import { withheldUpTo } from './withheld.js'

/** The hook that says what a class of viewers may see. */
export type ViewHook = NonNullable<MonitorServerOptions['view']>

/** Fields by which receivers find their way; a view cannot change them. */
const structure = [
  'update_type',
  'seq',
  'ts',
  'status',
  'step_id',
  'parent_step_id',
  'step_status',
  'attempt',
  'channel',
  'total_steps',
  'parent',
  'first_seq',
  'dropped',
] as const

/** What else an event must have, as it is when it is withheld. */
const withheld: { readonly [type: string]: { readonly [field: string]: unknown } } = {
  start: { metadata: {} },
  step_start: { step_name: 'withheld' },
  step: { step_name: 'withheld', progress_percentage: null, intermediate_result: null },
  complete: { result: null },
  error: { error: 'The message is withheld.' },
  cancel_requested: { reason: null },
  cancelled: { reason: null },
}

/**
 * The events of a run as one audience may see them. Fails closed: what the hook throws at, or changes beyond its
 * payload, is withheld.
 */
export class View {
  readonly #hook: ViewHook
  readonly #audience: string
  readonly #report: (problem: string, cause?: unknown) => void
  // Texts of which something was dropped: what came later would be put at the wrong place.
  readonly #dropped = new Set<string>()

  /** @param report is told what the hook did wrong */
  constructor(hook: ViewHook, audience: string, report: (problem: string, cause?: unknown) => void) {
    this.#hook = hook
    this.#audience = audience
    this.#report = report
  }

  /** A new history of the run begins. */
  clear(): void {
    this.#dropped.clear()
  }

  /** A batch as this audience may see it: of the same span, and the same batch where nothing is different. */
  of(batch: SharedBatch): SharedBatch {
    const { events, ...span } = decodeBatch(batch.text)
    const seen = events.flatMap((event) => this.#seen(event))
    const last = seen.at(-1)
    if (last?.seq !== batch.to) {
      const { ts } = events.at(-1) as RunEvent
      seen.push(withheldUpTo(batch.to, ts))
    }
    const encoded = encodeBatch({ ...span, events: seen }, batch.closes)
    return encoded.text === batch.text ? batch : new SharedBatch(encoded)
  }

  #seen(event: RunEvent): RunEvent[] {
    if (event.update_type === 'token' && this.#dropped.has(streamOf(event))) return []
    const text = JSON.stringify(event)
    const shown = this.#ask(JSON.parse(text))
    if (shown === undefined) return this.#without(event)
    if (JSON.stringify(shown) === text) return [event]
    if (event.update_type !== 'token' && keepsStructure(event, shown)) return [shown]
    this.#report(`The view hook changed more than the payload of a "${event.update_type}" event; it was withheld`)
    return this.#without(event)
  }

  /** What the hook shows, as it arrives over the wire; undefined for nothing. */
  #ask(event: RunEvent): RunEvent | undefined {
    try {
      const shown = this.#hook(event, this.#audience)
      if (shown === null || shown === undefined) return undefined
      return JSON.parse(JSON.stringify(shown))
    } catch (cause) {
      this.#report('The view hook threw, or gave what is no JSON; the event was withheld', cause)
      return undefined
    }
  }

  // Who watches a run learns that it began and that it ended, or would wait for ever; of the rest nothing.
  #without(event: RunEvent): RunEvent[] {
    if (event.update_type === 'token') this.#dropped.add(streamOf(event))
    if (event.update_type !== 'start' && !isTerminal(event)) return []
    const bare: Record<string, unknown> = { ...withheld[event.update_type] }
    for (const field of structure) if (field in event) bare[field] = event[field as keyof RunEvent]
    if (event.update_type === 'error' && event.code !== undefined) bare.code = event.code
    return [bare as unknown as RunEvent]
  }
}

function keepsStructure(event: RunEvent, shown: unknown): shown is RunEvent {
  if (typeof shown !== 'object' || shown === null) return false
  const given = shown as Record<string, unknown>
  const isKept = structure.every((field) => same(given[field], event[field as keyof RunEvent]))
  // What a receiver counts on is there, in the kind it counts on.
  const required = Object.keys(withheld[event.update_type] ?? {})
  return isKept && required.every((field) => isOfKind(field, given[field]))
}

function isOfKind(field: string, value: unknown): boolean {
  if (field === 'step_name' || field === 'error') return typeof value === 'string'
  if (field === 'metadata') return typeof value === 'object' && value !== null
  return value !== undefined
}

function same(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b)
}

function streamOf(event: RunEvent & { readonly update_type: 'token' }): string {
  return `${event.step_id ?? ''}/${event.attempt ?? 1}/${event.channel}`
}
