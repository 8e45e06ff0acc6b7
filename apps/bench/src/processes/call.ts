import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'

// biome-ignore lint/suspicious/noExplicitAny: arguments cross a process; each method says what it takes.
type Method = (argument: any) => unknown

/** How long a child may take to leave, ms: it may have a profile to write. */
const patienceMs = 5_000

interface Call {
  readonly id: number
  readonly method: string
  readonly argument: unknown
}

interface Answer {
  readonly id: number
  readonly value?: unknown
  readonly error?: string
}

/** In a child: answers what the parent calls, and ends with it. */
export function answerCalls(methods: Readonly<Record<string, Method>>): void {
  process.on('disconnect', () => process.exit(0))
  process.on('message', async ({ id, method, argument }: Call) => {
    try {
      process.send?.({ id, value: await methods[method]?.(argument) } satisfies Answer)
    } catch (error) {
      process.send?.({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
    }
  })
}

/** A child process whose methods are called from here. */
export class Remote {
  readonly #child: ChildProcess
  readonly #name: string
  readonly #waiting = new Map<number, (answer: Answer) => void>()
  #lastId = 0

  constructor(name: string, file: URL, args: readonly string[], execArgv: readonly string[] = []) {
    this.#name = name
    this.#child = fork(file, args, { execArgv: [...execArgv], serialization: 'advanced' })
    this.#child.on('message', (answer: Answer) => {
      this.#waiting.get(answer.id)?.(answer)
      this.#waiting.delete(answer.id)
    })
    this.#child.on('exit', (code, signal) => {
      for (const [id, settle] of this.#waiting) settle({ id, error: `it ended with ${code ?? signal}` })
      this.#waiting.clear()
    })
  }

  /** Calls a method in the child. Rejects with what it threw, or when the child ends. */
  call<Result = void>(method: string, argument?: unknown): Promise<Result> {
    this.#lastId += 1
    const id = this.#lastId
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, ({ value, error }) => {
        if (error === undefined) resolve(value as Result)
        else reject(new Error(`${this.#name} failed at ${method}: ${error}`))
      })
      this.#child.send({ id, method, argument } satisfies Call, (error) => error && reject(error))
    })
  }

  /** Ends the child: it leaves by itself, or is made to. */
  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const gone = once(this.#child, 'exit')
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), patienceMs)
    if (this.#child.connected) this.#child.disconnect()
    await gone
    clearTimeout(timer)
  }
}
