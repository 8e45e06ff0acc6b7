import { type FeedEvent, type FeedState, feed, initialFeed } from '../../src/feed/feed-machine.js'
import { decodeBatch, type EncodedBatch, isTerminal, type RunEvent, type RunHistory } from '../../src/index.js'
import { runId, type World } from './world.js'

/** A viewer: the feed that follows the run for it, and what came of it since the last reset. */
export class ModelViewer {
  state: FeedState = initialFeed()
  events: RunEvent[] = []
  resets = 0
  /** What is wrong with what it was told; nothing may be, ever. */
  readonly wrong: string[] = []
  /** Published, not yet come. */
  readonly #coming: FeedEvent[] = []
  #read: { readonly id: number; readonly after: number } | undefined
  #found: { readonly id: number; readonly history: RunHistory | undefined } | undefined
  #wantsRetry = false
  #isAhead = false
  #seen = 0
  #isListening = false

  /** A batch is published; it comes when it comes. */
  publish(batch: EncodedBatch): void {
    if (this.#isListening) this.#coming.push({ type: 'batch', batch })
  }

  /** What was published is lost on the way, and it is known that something may be. */
  interrupt(): void {
    this.#coming.length = 0
    this.#isListening = false
    this.#send({ type: 'interrupted' })
  }

  /** Goes on listening. */
  listen(): void {
    if (this.#isListening) return
    this.#isListening = true
    this.#send({ type: 'active' })
  }

  /** Begins with a new server, from where it stands. */
  move(): void {
    const { position } = this.state
    this.#coming.length = 0
    this.#read = this.#found = undefined
    this.#wantsRetry = this.#isAhead = this.#isListening = false
    this.state = initialFeed(position)
  }

  /** The next published batch comes, perhaps a second time later. */
  hear(again: boolean): void {
    const event = this.#coming.shift()
    if (!event) return
    if (again) this.#coming.push(event)
    this.#send(event)
  }

  /** The next published batch is lost on the way, and nobody knows. */
  miss(): void {
    this.#coming.shift()
  }

  /** Does what it should for a while: listens, reads, hears. */
  async follow(world: World): Promise<void> {
    this.listen()
    await this.ask(world)
    this.take()
    for (let i = 0; i < 3; i += 1) this.hear(false)
  }

  /** The store is asked what was to be read. */
  async ask(world: World): Promise<void> {
    const read = this.#read
    if (!read) return
    this.#read = undefined
    this.#found = { id: read.id, history: await world.transport.read(runId, read.after) }
  }

  /** The answer comes; or, where there is none, what was to be tried again later is. */
  take(): void {
    const found = this.#found
    this.#found = undefined
    if (found) this.#send({ type: 'history', ...found })
    else if (this.#wantsRetry) {
      this.#wantsRetry = false
      this.#send({ type: 'retry-due' })
    }
  }

  /** The store has had its time to know again what it once knew. */
  giveUpWaiting(): void {
    if (!this.#isAhead) return
    this.#isAhead = false
    this.#send({ type: 'give-up-position' })
  }

  /** Reads and hears until nothing more comes. */
  async settle(world: World): Promise<void> {
    this.interrupt()
    this.listen()
    for (let round = 0; round < 20; round += 1) {
      await this.ask(world)
      this.take()
      this.hear(false)
    }
  }

  /** The text of each step. */
  get texts(): Map<string, string> {
    const texts = new Map<string, string>()
    for (const event of this.events) {
      if (event.update_type !== 'token') continue
      const step = event.step_id ?? ''
      const before = texts.get(step) ?? ''
      // What overlaps is cut off in front, as every receiver does.
      texts.set(step, before + event.delta.slice(before.length - event.at))
    }
    return texts
  }

  #send(event: FeedEvent): void {
    const [state, effects] = feed(this.state, event)
    this.state = state
    for (const effect of effects) {
      if (effect.type === 'read') this.#read = effect
      else if (effect.type === 'retry-later') this.#wantsRetry = true
      else if (effect.type === 'ahead') this.#isAhead = true
      else if (effect.type === 'reset') {
        this.events = []
        this.#seen = 0
        this.resets += 1
      } else if (effect.type === 'deliver') for (const batch of effect.batches) this.#deliver(batch)
    }
  }

  #deliver(batch: EncodedBatch): void {
    if (batch.from > this.#seen + 1) this.wrong.push(`${batch.from} came where ${this.#seen + 1} was due`)
    for (const event of decodeBatch(batch.text).events) {
      if (event.seq <= this.#seen) continue
      if (this.events.some(isTerminal) && !batch.base) this.wrong.push(`${event.seq} came after the end`)
      this.events.push(event)
    }
    this.#seen = Math.max(this.#seen, batch.to)
  }
}
