import type { Draft, StartDraft, TokenDraft } from './draft.js'
import { chunkLength } from './limits.js'

interface Entry {
  readonly draft: Draft
  length: number
}

/** About how long an event is beside its payload. */
const envelope = 96

/**
 * What waits to be written of one run. Bounded: tokens merge as they come; when it is full, they merge across other
 * events, superseded progress goes, then the oldest payloads and texts give way to marks of what was there, then the
 * oldest `custom` events go and are counted. Events that tell of steps and of the run's end stay; only when they alone
 * are far too many are new steps left out, whole.
 */
export class Outbox {
  #entries: Entry[] = []
  #length = 0
  #dropped = 0
  #urgent = 0
  // Steps that began when there was no room even for their beginnings.
  readonly #leftOut = new Set<string>()

  /** How many events wait. */
  get size(): number {
    return this.#entries.length
  }

  /** How long they are as JSON, about. */
  get length(): number {
    return this.#length
  }

  /** The events themselves. */
  get drafts(): Draft[] {
    return this.#entries.map(({ draft }) => draft)
  }

  /** How many events this outbox has had to drop. */
  get dropped(): number {
    return this.#dropped
  }

  /** Counts an event that was dropped before it got here. */
  countDropped(): void {
    this.#dropped += 1
  }

  /** True when something waits that should be written at once. */
  get isUrgent(): boolean {
    return this.#urgent > 0
  }

  /** Adds an event; `payloadLength` is how long its payload is as JSON. */
  push(draft: Draft, payloadLength: number, maxEvents: number, maxLength: number): void {
    if (this.#leavesOut(draft, maxEvents)) {
      this.#dropped += 1
      return
    }
    const last = this.#entries.at(-1)
    if (draft.update_type === 'token') {
      if (last && canMerge(last.draft, draft)) {
        last.draft.delta += draft.delta
        last.length += draft.delta.length
        this.#length += draft.delta.length
      } else this.#add({ draft, length: envelope + draft.delta.length })
    } else {
      this.#urgent += draft.update_type === 'progress' ? 0 : 1
      this.#add({ draft, length: envelope + payloadLength })
    }
    if (this.#entries.length > maxEvents || this.#length > maxLength) this.#shrink(maxEvents, maxLength)
  }

  /** Puts another start event in the place of the one that waits; that one keeps its time. */
  restart(start: StartDraft): void {
    const entry = this.#entries.find(({ draft }) => draft.update_type === 'start')
    if (!entry) return
    const length = JSON.stringify(start).length
    this.#length += length - entry.length
    Object.assign(entry, { draft: { ...start, ts: entry.draft.ts }, length })
  }

  /** Takes events from the front, as many as fit into `maxLength`, at least one, at most `maxEvents`. */
  take(maxEvents: number, maxLength: number): Draft[] {
    let count = 0
    let length = 0
    while (count < this.#entries.length && count < maxEvents) {
      const next = (this.#entries[count] as Entry).length
      if (count > 0 && length + next > maxLength) break
      length += next
      count += 1
    }
    const taken: Draft[] = []
    for (let i = 0; i < count; i += 1) {
      const { draft } = this.#entries[i] as Entry
      taken.push(draft)
      if (draft.update_type !== 'token' && draft.update_type !== 'progress') this.#urgent -= 1
    }
    this.#entries = this.#entries.slice(count)
    this.#length -= length
    return taken
  }

  /** Forgets everything. */
  clear(): void {
    this.#entries = []
    this.#length = 0
    this.#urgent = 0
  }

  #leavesOut(draft: Draft, maxEvents: number): boolean {
    if (!('step_id' in draft) || draft.step_id === undefined) return false
    const step = `${draft.step_id}/${'attempt' in draft ? (draft.attempt ?? 1) : 1}`
    if (draft.update_type === 'step') return this.#leftOut.delete(step)
    if (draft.update_type !== 'step_start') return this.#leftOut.has(step)
    if (this.#entries.length < maxEvents * 4) return false
    this.#leftOut.add(step)
    return true
  }

  #add(entry: Entry): void {
    this.#entries.push(entry)
    this.#length += entry.length
  }

  // Shrinks to three quarters, so that a full outbox is not shrunk again at every event.
  #shrink(maxEvents: number, maxLength: number): void {
    this.#replace(coalesce(this.#entries))
    const wanted = maxLength * 0.75
    for (const strip of [stripPayload, stripText]) {
      for (let i = 0; i < this.#entries.length && this.#length > wanted; i += 1) {
        const entry = this.#entries[i] as Entry
        if (!strip(entry.draft)) continue
        this.#length -= entry.length - envelope
        entry.length = envelope
      }
    }
    let excess = this.#entries.length - maxEvents * 0.75
    if (this.#entries.length <= maxEvents) return
    const kept = this.#entries.filter((entry) => {
      if (entry.draft.update_type !== 'custom' || excess <= 0) return true
      excess -= 1
      this.#dropped += 1
      return false
    })
    this.#replace(kept)
  }

  #replace(entries: Entry[]): void {
    this.#entries = entries
    this.#length = entries.reduce((sum, entry) => sum + entry.length, 0)
    this.#urgent = entries.filter(
      ({ draft }) => draft.update_type !== 'token' && draft.update_type !== 'progress',
    ).length
  }
}

function canMerge(before: Draft, token: TokenDraft): before is TokenDraft {
  return (
    before.update_type === 'token' &&
    before.channel === token.channel &&
    before.step_id === token.step_id &&
    before.attempt === token.attempt &&
    before.at + (before.cut ?? 0) + before.delta.length === token.at &&
    before.delta.length + token.delta.length <= chunkLength
  )
}

// As `compact`, for events without numbers: a merged token moves to where the last of its stream stood.
function coalesce(entries: readonly Entry[]): Entry[] {
  const kept: (Entry | undefined)[] = []
  const open = new Map<string, number>()
  for (const entry of entries) {
    const { draft } = entry
    if (draft.update_type === 'token') {
      const stream = `${draft.step_id ?? ''}/${draft.attempt ?? 1}/${draft.channel}`
      const index = open.get(stream)
      const before = index === undefined ? undefined : kept[index]
      if (before && !draft.cut && canMerge(before.draft, draft)) {
        kept[index as number] = undefined
        before.draft.delta += draft.delta
        const merged = { draft: before.draft, length: before.length + draft.delta.length }
        open.set(stream, kept.push(merged) - 1)
      } else open.set(stream, kept.push(entry) - 1)
    } else if (draft.update_type === 'progress') {
      const owner = `progress/${draft.step_id ?? ''}`
      const index = open.get(owner)
      if (index !== undefined) kept[index] = undefined
      open.set(owner, kept.push(entry) - 1)
    } else kept.push(entry)
  }
  return kept.filter((entry) => entry !== undefined)
}

function stripPayload(draft: Draft): boolean {
  if (draft.update_type === 'custom' && draft.data !== null) draft.data = null
  else if (draft.update_type === 'step' && draft.intermediate_result !== null) draft.intermediate_result = null
  else return false
  draft.truncated = [...(draft.truncated ?? []), draft.update_type === 'custom' ? 'data' : 'intermediate_result']
  return true
}

function stripText(draft: Draft): boolean {
  if (draft.update_type !== 'token' || draft.delta === '') return false
  draft.cut = (draft.cut ?? 0) + draft.delta.length
  draft.delta = ''
  draft.truncated = [...(draft.truncated ?? []), draft.channel]
  return true
}
