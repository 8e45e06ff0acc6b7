import { AudienceLog } from './audience-log.js'
import { OlderHistory } from './older-history.js'
import type { ResolvedServerOptions } from './options.js'
import type { SharedBatch } from './shared-batch.js'
import { View } from './view.js'
import type { Viewer } from './viewer.js'

/** From how many audiences of one run on something is probably misunderstood. */
const manyAudiences = 32
const told = new WeakMap<ResolvedServerOptions, Set<string>>()

/** The logs of a run, one for each audience that watches it; without a view there is one for all. */
export class Audiences {
  readonly #runId: string
  readonly #options: ResolvedServerOptions
  readonly #now: () => number
  readonly #older: OlderHistory
  readonly #logs = new Map<string, AudienceLog>()
  #newest: SharedBatch | undefined

  constructor(runId: string, options: ResolvedServerOptions, now: () => number) {
    this.#runId = runId
    this.#options = options
    this.#now = now
    this.#older = new OlderHistory(options.transport, runId)
    // What everybody sees is kept from the start, so that the first viewer finds it.
    if (!options.view) this.#logs.set('', this.#make(''))
  }

  /** Length of what is kept for all. */
  get length(): number {
    let length = 0
    for (const log of this.#logs.values()) length += log.length
    return length
  }

  /** The log of a viewer's audience. */
  of({ audience }: Viewer): AudienceLog {
    const name = this.#options.view ? audience : ''
    const known = this.#logs.get(name)
    if (known) return known
    const log = this.#make(name)
    // It begins with the newest, by which all others are judged; what is older is read when somebody lacks it.
    if (this.#newest) log.push([this.#newest])
    this.#logs.set(name, log)
    if (this.#logs.size === manyAudiences) {
      this.#tell('There are many audiences of one run: audience() names classes of viewers, not each of them')
    }
    return log
  }

  /** Takes new batches of the run, for every audience. */
  push(batches: readonly SharedBatch[]): void {
    this.#newest = batches.at(-1) ?? this.#newest
    for (const log of this.#logs.values()) log.push(batches)
  }

  /** Looks at what time has done; called about once a second. Who has no viewers is let go, but for the last. */
  tick(): void {
    for (const [name, log] of this.#logs) {
      log.tick()
      if (log.viewers === 0 && this.#logs.size > 1) this.#logs.delete(name)
    }
  }

  /** Keeps only the newest part of each log. */
  shrink(length: number): void {
    for (const log of this.#logs.values()) log.shrink(length)
  }

  /** A new history begins. */
  clear(): void {
    this.#newest = undefined
    for (const log of this.#logs.values()) log.clear()
  }

  #make(audience: string): AudienceLog {
    const { view } = this.#options
    const seen = view && new View(view, audience, (problem, err) => this.#tell(problem, err))
    return new AudienceLog(this.#runId, this.#older, this.#now, seen)
  }

  // Once for each server and problem: what is wrong with a hook is wrong with every event.
  #tell(problem: string, err?: unknown): void {
    const problems = told.get(this.#options) ?? new Set()
    told.set(this.#options, problems)
    if (problems.has(problem)) return
    problems.add(problem)
    this.#options.logger.warn({ err, runId: this.#runId }, problem)
  }
}
