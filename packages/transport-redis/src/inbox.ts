import { randomUUID } from 'node:crypto'
import type { CommandAnswer, RunCommand, WriterHost } from '@llmmon/core'
import { inboxChannel } from './keys.js'
import { transportFailed } from './run-script.js'
import type { Publish, Subscriptions } from './subscriptions.js'

type Letter =
  | {
      readonly type: 'command'
      readonly id: string
      readonly replyTo: string
      readonly runId: string
      readonly command: RunCommand
    }
  | { readonly type: 'answer'; readonly id: string; readonly answer: CommandAnswer }

/** How long a command may take, there and back, ms; a writer that has not answered by then counts as gone. */
const answerMs = 5_000
/** After how long a process that could not listen for commands tries again, ms. */
const againMs = 1_000

/** Commands between processes: each has a channel for what it is told, and answers on that of who told it. */
export class Inbox {
  readonly #publish: Publish
  readonly #subscriptions: Subscriptions
  readonly #prefix: string
  readonly #id = randomUUID()
  readonly #waiting = new Map<string, (answer: CommandAnswer) => void>()
  #own: Promise<() => void> | undefined

  constructor(publish: Publish, subscriptions: Subscriptions, prefix: string) {
    this.#publish = publish
    this.#subscriptions = subscriptions
    this.#prefix = prefix
  }

  /** Takes the commands for a writer side of this process; gives how to stop. */
  host(host: WriterHost): () => void {
    let isOver = false
    let leave: (() => void) | undefined
    let timer: NodeJS.Timeout | undefined
    const join = async () => {
      try {
        leave = await this.#listen(host.hostId, (letter) => {
          if (letter.type === 'command') void this.#obey(host, letter)
        })
        if (isOver) leave()
      } catch {
        // A process that started before its Redis must be reached later all the same.
        if (isOver) return
        timer = setTimeout(join, againMs)
        timer.unref()
      }
    }
    void join()
    return () => {
      isOver = true
      clearTimeout(timer)
      leave?.()
    }
  }

  /** Sends a command to the process that writes a run. */
  async send(hostId: string, runId: string, command: RunCommand): Promise<CommandAnswer> {
    const id = randomUUID()
    const letter: Letter = { type: 'command', id, replyTo: this.#id, runId, command }
    let timer: NodeJS.Timeout | undefined
    const answer = new Promise<CommandAnswer>((resolve) => {
      this.#waiting.set(id, resolve)
      timer = setTimeout(() => resolve('no_writer'), answerMs)
    })
    const send = async () => {
      await this.#listenForAnswers()
      const heard = await this.#publish(inboxChannel(this.#prefix, hostId), JSON.stringify(letter))
      return heard === 0 ? 'no_writer' : answer
    }
    try {
      return await Promise.race([send(), answer])
    } catch (error) {
      throw transportFailed(error)
    } finally {
      clearTimeout(timer)
      this.#waiting.delete(id)
    }
  }

  async #listenForAnswers(): Promise<void> {
    this.#own ??= this.#listen(this.#id, (letter) => {
      if (letter.type === 'answer') this.#waiting.get(letter.id)?.(letter.answer)
    })
    try {
      await this.#own
    } catch (error) {
      // The next command tries again.
      this.#own = undefined
      throw error
    }
  }

  async #obey(host: WriterHost, letter: Letter & { type: 'command' }): Promise<void> {
    const answer = await host.command(letter.runId, letter.command).catch((): CommandAnswer => 'no_writer')
    const reply: Letter = { type: 'answer', id: letter.id, answer }
    await this.#publish(inboxChannel(this.#prefix, letter.replyTo), JSON.stringify(reply)).catch(() => undefined)
  }

  #listen(id: string, take: (letter: Letter) => void): Promise<() => void> {
    return this.#subscriptions.listen(inboxChannel(this.#prefix, id), {
      message: (text) => {
        try {
          take(JSON.parse(text) as Letter)
        } catch {
          // Somebody else has written here; it is not for us.
        }
      },
      interrupted: () => undefined,
      active: () => undefined,
    })
  }
}
