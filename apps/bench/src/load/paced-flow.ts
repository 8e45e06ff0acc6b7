import { clock, payloadOf } from './payload.js'

/** Says events at a steady rate, each at its time. */
export class PacedFlow {
  readonly #timer: NodeJS.Timeout
  /** How many events were said. */
  said = 0

  constructor(perSecond: number, isPadded: boolean, say: (payload: string) => void) {
    const start = clock()
    this.#timer = setInterval(() => {
      const due = Math.floor(((clock() - start) / 1_000) * perSecond)
      while (this.said < due) {
        this.said += 1
        say(payloadOf(this.said, clock(), isPadded))
      }
    }, 1)
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}
