import { GatherPace } from './gather-pace.js'
import { RunWriter } from './run-writer.js'
import type { RunWriterOptions } from './run-writer-options.js'

/** How a publisher reaches the code that runs. */
export interface RunHandlers {
  /** Aborts the run's signal; `already_ended` when it is over. */
  cancel(reason: string | null): 'accepted' | 'already_ended'
  /** Ends the run as abandoned, because its transport closes. */
  abandon(): void
}

/** A run as its publisher knows it: its writer, when it may be written, and who waits until it is. */
export class PublishedRun {
  readonly writer: RunWriter
  readonly handlers: RunHandlers
  /** Names this writer of this run, across retries. */
  readonly owner = crypto.randomUUID()
  readonly pace = new GatherPace()
  /** True from when it was added until nothing will be written of it any more. */
  isKnown = true
  /** True while something of it is not stored yet. */
  isUnsettled = false
  readonly #waiting = new Set<() => void>()

  constructor(options: RunWriterOptions, handlers: RunHandlers) {
    this.writer = new RunWriter(options)
    this.handlers = handlers
  }

  /** True when what waits may wait a little longer, so that more comes together: nobody asks for it. */
  mayGather(now: number): boolean {
    return this.pace.isGathering(now) && this.#waiting.size === 0 && this.writer.mayGather
  }

  /** Resolves true when all that was pushed so far is stored, false when it cannot be or did not get there in time. */
  flushed(timeoutMs: number): Promise<boolean> {
    const { writer } = this
    if (writer.isSettled) return Promise.resolve(writer.isStored)
    // A run that is written to without a pause is never settled; what was said before now is stored all the same.
    const said = writer.saidUpTo
    const isMet = () => writer.isSettled || writer.storedUpTo >= said
    return new Promise((resolve) => {
      const look = () => {
        if (isMet()) finish()
      }
      const finish = () => {
        clearTimeout(timer)
        this.#waiting.delete(look)
        resolve(writer.phase !== 'stopped' && isMet())
      }
      const timer = setTimeout(finish, timeoutMs)
      this.#waiting.add(look)
    })
  }

  /** Tells those who wait that the writer may be further. */
  told(): void {
    if (this.#waiting.size > 0) for (const look of [...this.#waiting]) look()
  }
}
