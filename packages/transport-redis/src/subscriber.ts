import type { Redis } from 'ioredis'
import { whenReady } from './connect.js'
import { Echo } from './echo.js'
import type { ChannelListener, Publish, Subscriptions } from './subscriptions.js'

/** What a subscriber is told about its place. */
export interface SubscriberOptions {
  /** For the round trip by which it is known that messages arrive. */
  readonly publish: Publish
  /** Subscribes per shard, as clusters have it; where the server does not know how (before 7.0), as everywhere else. */
  readonly sharded?: boolean
  /** Some channels are not at home on this node any more. */
  readonly onMoved?: () => void
}

/** How often it is made sure that messages arrive, ms: nothing else tells of a half-open link, or of a node that was left behind. */
const probeMs = 5_000

/**
 * The channels that this process listens on over one connection of its own. Subscribes again by itself after every loss,
 * and says so: what was published in between is not to be had here.
 */
export class Subscriber implements Subscriptions {
  readonly #redis: Redis
  readonly #onMoved: () => void
  readonly #channels = new Map<string, { readonly listeners: Set<ChannelListener>; confirmed: Promise<void> }>()
  readonly #echo: Echo
  readonly #probe: ReturnType<typeof setInterval>
  #isSharded: boolean
  #isClosed = false
  #wasLost = false

  constructor(redis: Redis, { publish, sharded = false, onMoved = () => undefined }: SubscriberOptions) {
    this.#redis = redis
    this.#isSharded = sharded
    this.#onMoved = onMoved
    this.#echo = new Echo(publish)
    const take = (channel: string, text: string) => {
      if (this.#echo.heard(channel, text)) return
      const entry = this.#channels.get(channel)
      if (entry) for (const listener of entry.listeners) listener.message(text)
    }
    redis.on('message', take)
    redis.on('smessage', take)
    redis.on('close', () => {
      this.#wasLost = true
      for (const listener of this.#all()) listener.interrupted()
    })
    redis.on('ready', () => {
      if (this.#wasLost) void this.resubscribe()
      this.#wasLost = false
    })
    redis.on('moved', () => this.#onMoved())
    redis.on('error', (error) => {
      // An older ioredis takes the news of a moved slot for an answer to nothing; what it has mixed up is not known.
      if (/queue state/.test(error.message)) this.#renew()
    })
    this.#probe = setInterval(() => void this.check(), probeMs)
    this.#probe.unref()
  }

  /** How many channels are listened on. */
  get size(): number {
    return this.#channels.size
  }

  /** Listens on a channel. Resolves once nothing published can be missed any more; gives how to stop. */
  async listen(channel: string, listener: ChannelListener): Promise<() => void> {
    let entry = this.#channels.get(channel)
    if (!entry) {
      entry = { listeners: new Set(), confirmed: this.#subscribe([channel]) }
      this.#channels.set(channel, entry)
    }
    const own = entry
    own.listeners.add(listener)
    const leave = () => this.#leave(channel, own)
    try {
      await own.confirmed
    } catch (error) {
      own.listeners.delete(listener)
      leave()
      throw error
    }
    return () => {
      own.listeners.delete(listener)
      leave()
    }
  }

  /** Subscribes to everything once more, and tells the listeners how it went. */
  async resubscribe(): Promise<void> {
    const channels = [...this.#channels]
    if (channels.length === 0 || this.#isClosed) return
    const outcomes = this.#isSharded
      ? channels.map(([channel]) => this.#subscribe([channel]))
      : [this.#subscribe(channels.map(([channel]) => channel))]
    const settled = await Promise.allSettled(outcomes)
    let hasMoved = false
    for (const [index, [, { listeners }]] of channels.entries()) {
      const outcome = settled[this.#isSharded ? index : 0]
      if (outcome?.status === 'fulfilled') for (const listener of [...listeners]) listener.active()
      else if (!/^MOVED/.test(outcome?.reason?.message)) return this.#renew()
      else hasMoved = true
    }
    if (hasMoved) this.#onMoved()
  }

  /** Makes sure that what is published arrives here, and connects anew if it does not. */
  async check(): Promise<void> {
    const [channel] = this.#channels.keys()
    if (channel === undefined || this.#redis.status !== 'ready') return
    const isAlive = await this.#echo.probe(channel, {
      subscribe: (name) => this.#subscribe([name]),
      unsubscribe: (name) => this.#unsubscribe(name),
    })
    if (!isAlive) this.#renew()
  }

  close(): void {
    this.#isClosed = true
    clearInterval(this.#probe)
    this.#channels.clear()
    this.#redis.disconnect()
  }

  #leave(channel: string, entry: { readonly listeners: Set<ChannelListener> }): void {
    if (entry.listeners.size > 0 || this.#channels.get(channel) !== entry) return
    this.#channels.delete(channel)
    this.#unsubscribe(channel)
  }

  // Half a subscription is worse than none: begin again with a new connection.
  #renew(): void {
    if (!this.#isClosed) this.#redis.disconnect(true)
  }

  async #subscribe(channels: readonly string[]): Promise<void> {
    await whenReady(this.#redis)
    if (this.#isSharded) {
      try {
        await Promise.all(channels.map((channel) => this.#redis.ssubscribe(channel)))
        return
      } catch (error) {
        if (!/unknown command/i.test((error as Error).message)) throw error
        this.#isSharded = false
      }
    }
    await this.#redis.subscribe(...channels)
  }

  #unsubscribe(channel: string): void {
    // Failing is harmless: a lost connection forgets its channels as well.
    if (this.#redis.status !== 'ready') return
    const leaving = this.#isSharded ? this.#redis.sunsubscribe(channel) : this.#redis.unsubscribe(channel)
    leaving.catch(() => undefined)
  }

  #all(): ChannelListener[] {
    return [...this.#channels.values()].flatMap(({ listeners }) => [...listeners])
  }
}
