/** Who listens on a channel. */
export interface ChannelListener {
  message(text: string): void
  /** Messages may have been missed. */
  interrupted(): void
  /** Messages come again. */
  active(): void
}

/** The channels that this process listens on. Subscribes again by itself after every loss, and says so to the listeners. */
export interface Subscriptions {
  /** How many channels are listened on. */
  readonly size: number
  /** Listens on a channel. Resolves once nothing published can be missed any more; gives how to stop. */
  listen(channel: string, listener: ChannelListener): Promise<() => void>
  close(): void
}

/** Publishes on a channel, over another connection; gives how many have heard it. */
export type Publish = (channel: string, message: string) => Promise<number>
