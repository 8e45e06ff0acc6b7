import type { ClusterMap } from './cluster-map.js'
import { Subscriber } from './subscriber.js'
import type { ChannelListener, Publish, Subscriptions } from './subscriptions.js'

/** A channel, and the node where it is listened on. */
interface Home {
  readonly listeners: Set<ChannelListener>
  /** Settles when it is listened on for the first time. */
  settled: Promise<void>
  node: string | undefined
  leave: (() => void) | undefined
}

/** How often it is looked whether slots have moved, ms; after trouble sooner. */
const lookMs = 5_000
const soonMs = 200

/**
 * The channels that this process listens on in a cluster: each at the node that has its slot, over one connection to each node. A channel
 * whose slot moves, or whose node dies, goes after it.
 */
export class ClusterSubscriber implements Subscriptions {
  readonly #map: ClusterMap
  readonly #publish: Publish
  readonly #homes = new Map<string, Home>()
  readonly #nodes = new Map<string, Subscriber>()
  readonly #timer: ReturnType<typeof setInterval>
  // Nodes that have said that they lost channels, without saying which.
  readonly #suspects = new Set<Subscriber>()
  #soon: NodeJS.Timeout | undefined
  #isLooking = false
  #isClosed = false

  constructor(map: ClusterMap, publish: Publish) {
    this.#map = map
    this.#publish = publish
    this.#timer = setInterval(() => void this.#look(), lookMs)
    this.#timer.unref()
  }

  get size(): number {
    return this.#homes.size
  }

  /** How many nodes are connected to. */
  get nodes(): number {
    return this.#nodes.size
  }

  async listen(channel: string, listener: ChannelListener): Promise<() => void> {
    let home = this.#homes.get(channel)
    if (!home) {
      home = { listeners: new Set(), settled: Promise.resolve(), node: undefined, leave: undefined }
      this.#homes.set(channel, home)
      home.settled = this.#settle(channel, home)
    }
    const own = home
    own.listeners.add(listener)
    const stop = () => {
      own.listeners.delete(listener)
      this.#leave(channel, own)
    }
    try {
      await own.settled
      return stop
    } catch (error) {
      stop()
      throw error
    }
  }

  close(): void {
    this.#isClosed = true
    clearInterval(this.#timer)
    clearTimeout(this.#soon)
    this.#homes.clear()
    for (const node of this.#nodes.values()) node.close()
    this.#nodes.clear()
  }

  #leave(channel: string, home: Home): void {
    if (home.listeners.size > 0 || this.#homes.get(channel) !== home) return
    this.#homes.delete(channel)
    home.leave?.()
  }

  // Listens on a channel at the node that has it now.
  async #settle(channel: string, home: Home): Promise<void> {
    const owner = await this.#map.ownerOf(channel)
    const node = this.#node(owner.key)
    home.node = owner.key
    try {
      const leave = await node.listen(channel, this.#relay(home, owner.key))
      if (this.#homes.get(channel) === home && home.node === owner.key) home.leave = leave
      else leave()
    } catch (error) {
      if (home.node === owner.key) home.node = undefined
      this.#lookSoon()
      throw error
    }
  }

  #relay(home: Home, key: string): ChannelListener {
    const tell = (what: 'interrupted' | 'active') => {
      if (home.node === key) for (const listener of [...home.listeners]) listener[what]()
    }
    return {
      message: (text) => {
        for (const listener of [...home.listeners]) listener.message(text)
      },
      interrupted: () => {
        tell('interrupted')
        this.#lookSoon()
      },
      active: () => tell('active'),
    }
  }

  #node(key: string): Subscriber {
    let node = this.#nodes.get(key)
    if (!node) {
      const made = new Subscriber(this.#map.connect(key), {
        publish: this.#publish,
        sharded: true,
        onMoved: () => {
          this.#suspects.add(made)
          this.#lookSoon()
        },
      })
      node = made
      this.#nodes.set(key, node)
    }
    return node
  }

  #lookSoon(): void {
    if (this.#isClosed || this.#soon) return
    this.#soon = setTimeout(() => {
      this.#soon = undefined
      void this.#look(true)
    }, soonMs)
    this.#soon.unref()
  }

  // Brings every channel to the node that has it now, and lets go of nodes without channels.
  async #look(isUrgent = false): Promise<void> {
    if (this.#isLooking || this.#isClosed || this.#homes.size + this.#nodes.size === 0) return
    this.#isLooking = true
    if (isUrgent) await this.#map.refresh()
    await Promise.all([...this.#homes].map(([channel, home]) => this.#bring(channel, home)))
    for (const node of this.#suspects) if (node.size > 0) void node.resubscribe()
    this.#suspects.clear()
    for (const [key, node] of this.#nodes) {
      if (node.size > 0) continue
      node.close()
      this.#nodes.delete(key)
    }
    this.#isLooking = false
  }

  async #bring(channel: string, home: Home): Promise<void> {
    const key = this.#map.keyOf(channel)
    if (key === undefined || key === home.node) return
    for (const listener of [...home.listeners]) listener.interrupted()
    home.leave?.()
    home.leave = undefined
    try {
      await this.#settle(channel, home)
    } catch {
      // Looked at again soon.
      return
    }
    for (const listener of [...home.listeners]) listener.active()
  }
}
