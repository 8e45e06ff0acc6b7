import { randomUUID } from 'node:crypto'
import { besideChannel } from './keys.js'
import type { Publish } from './subscriptions.js'

/** How long a message may take from one connection to the other, ms. */
const echoMs = 2_000

/** How a subscriber listens on a channel for a moment. */
export interface EchoChannel {
  subscribe(channel: string): Promise<void>
  unsubscribe(channel: string): void
}

/**
 * The round trip of a message: published over one connection, heard over the other. Only it finds a subscriber that is connected to a node
 * to which nothing is published any more, as one that a failover has left behind.
 */
export class Echo {
  readonly #id = randomUUID()
  readonly #publish: Publish
  #channel: string | undefined
  #hear: ((isHeard: boolean) => void) | undefined

  constructor(publish: Publish) {
    this.#publish = publish
  }

  /** Takes a message; false when it is none of its own. */
  heard(channel: string, text: string): boolean {
    if (channel !== this.#channel) return false
    if (text === this.#id) this.#hear?.(true)
    return true
  }

  /**
   * Whether messages arrive. True as well where nothing can be said, because nothing could be published; or while a probe is under way.
   *
   * @param beside a channel of the node that is meant
   */
  async probe(beside: string, channels: EchoChannel): Promise<boolean> {
    if (this.#channel !== undefined) return true
    const channel = besideChannel(beside, this.#id)
    this.#channel = channel
    let timer: NodeJS.Timeout | undefined
    const heard = new Promise<boolean>((resolve) => {
      this.#hear = resolve
      timer = setTimeout(() => resolve(false), echoMs)
      timer.unref()
    })
    try {
      await channels.subscribe(channel)
      const isPublished = await this.#publish(channel, this.#id).then(
        () => true,
        () => false,
      )
      return isPublished ? await heard : true
    } catch (error) {
      // The slot is on its way to another node; that is told elsewhere.
      return /^(MOVED|ASK|TRYAGAIN|CLUSTERDOWN)/.test((error as Error).message)
    } finally {
      clearTimeout(timer)
      channels.unsubscribe(channel)
      this.#channel = undefined
      this.#hear = undefined
    }
  }
}
