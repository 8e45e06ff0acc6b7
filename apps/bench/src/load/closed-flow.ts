import { setTimeout as sleep } from 'node:timers/promises'
import { clock, payloadOf } from './payload.js'

/** Says what is due. */
export type Say = (run: number, payload: string) => void

/** Keeps so many events of each run under way: says one whenever one has been delivered. */
export class ClosedFlow {
  readonly #say: Say
  readonly #out: Uint32Array
  readonly #numbers: Uint32Array
  readonly #inFlight: number
  readonly #lostAfterMs: number
  #isOn = true
  /** How many events were said. */
  said = 0
  /** How many were delivered. */
  delivered = 0

  /** @param lostAfterMs how long the last events may make no progress before they count as lost */
  constructor(runs: number, inFlight: number, say: Say, lostAfterMs = 2_000) {
    this.#say = say
    this.#lostAfterMs = lostAfterMs
    this.#inFlight = inFlight
    this.#out = new Uint32Array(runs)
    this.#numbers = new Uint32Array(runs)
    for (let run = 0; run < runs; run += 1) this.#fill(run)
  }

  /** Takes that an event of a run was delivered. */
  acknowledge(run: number): void {
    this.delivered += 1
    this.#out[run] = (this.#out[run] ?? 1) - 1
    if (this.#isOn) this.#fill(run)
  }

  /** Says no more; resolves with the number of events that were never delivered. */
  async stop(): Promise<number> {
    this.#isOn = false
    for (let before = -1; this.delivered > before && this.delivered < this.said; ) {
      before = this.delivered
      for (let i = 0; i < 10 && this.delivered < this.said; i += 1) await sleep(this.#lostAfterMs / 10)
    }
    return this.said - this.delivered
  }

  #fill(run: number): void {
    for (let out = this.#out[run] ?? 0; out < this.#inFlight; out += 1) {
      this.#out[run] = out + 1
      const n = (this.#numbers[run] ?? 0) + 1
      this.#numbers[run] = n
      this.said += 1
      this.#say(run, payloadOf(n, clock(), true))
    }
  }
}
