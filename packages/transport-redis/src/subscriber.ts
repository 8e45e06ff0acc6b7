import type { Redis } from 'ioredis'
import { whenReady } from './connect.js'

/** Who listens on a channel. */
export interface ChannelListener {
  message(text: string): void
  /** Messages may have been missed. */
  interrupted(): void
  /** Messages come again. */
  active(): void
}

/** How often the connection is asked whether it lives, ms: nothing else tells of a half-open link. */
const probeMs = 5_000

/**
 * The channels that this process listens on, over one connection of its own. Subscribes again by itself after every loss,
 * and says so: what was published in between is not to be had here.
 */
export class Subscriber {
  readonly #redis: Redis
  readonly #channels = new Map<string, { readonly listeners: Set<ChannelListener>; confirmed: Promise<void> }>()
  readonly #probe: ReturnType<typeof setInterval>
  #isClosed = false
  #wasLost = false

  constructor(redis: Redis) {
    this.#redis = redis
    redis.on('message', (channel: string, text: string) => {
      for (const listener of [...(this.#channels.get(channel)?.listeners ?? [])]) listener.message(text)
    })
    redis.on('close', () => {
      this.#wasLost = true
      for (const listener of this.#all()) listener.interrupted()
    })
    redis.on('ready', () => void this.#resubscribe())
    this.#probe = setInterval(() => void this.#check(), probeMs)
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
    try {
      await own.confirmed
    } catch (error) {
      this.#leave(channel, own, listener)
      throw error
    }
    return () => this.#leave(channel, own, listener)
  }

  close(): void {
    this.#isClosed = true
    clearInterval(this.#probe)
    this.#channels.clear()
    this.#redis.disconnect()
  }

  #leave(channel: string, entry: { readonly listeners: Set<ChannelListener> }, listener: ChannelListener): void {
    entry.listeners.delete(listener)
    if (entry.listeners.size > 0 || this.#channels.get(channel) !== entry) return
    this.#channels.delete(channel)
    // Failing is harmless: a lost connection forgets its channels as well.
    if (this.#redis.status === 'ready') this.#redis.unsubscribe(channel).catch(() => undefined)
  }

  async #subscribe(channels: readonly string[]): Promise<void> {
    await whenReady(this.#redis)
    await this.#redis.subscribe(...channels)
  }

  async #resubscribe(): Promise<void> {
    const channels = [...this.#channels.keys()]
    const isBack = this.#wasLost
    this.#wasLost = false
    if (!isBack || channels.length === 0 || this.#isClosed) return
    try {
      await this.#redis.subscribe(...channels)
      for (const listener of this.#all()) listener.active()
    } catch {
      // Half a subscription is worse than none: begin again with a new connection.
      if (!this.#isClosed) this.#redis.disconnect(true)
    }
  }

  async #check(): Promise<void> {
    if (this.#redis.status !== 'ready' || this.#channels.size === 0) return
    try {
      await this.#redis.ping()
    } catch {
      if (!this.#isClosed) this.#redis.disconnect(true)
    }
  }

  #all(): ChannelListener[] {
    return [...this.#channels.values()].flatMap(({ listeners }) => [...listeners])
  }
}
