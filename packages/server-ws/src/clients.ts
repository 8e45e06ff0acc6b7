import { closeCodes } from '@llmmon/core'
import type { WebSocket } from 'ws'
import type { Connection, ConnectionUser } from './connection.js'

/** A connection and who uses it. */
export interface Client {
  readonly connection: Connection
  /** None where it was refused as it came. */
  readonly user: ConnectionUser | undefined
}

/** How long a closed connection may take to go, ms. */
const farewellMs = 2_000

/** All connections of a server, and the one timer that looks after them. */
export class Clients {
  readonly #clients = new Map<WebSocket, Client>()
  readonly #whenEmpty = new Set<() => void>()
  readonly #tickRuns: () => boolean
  readonly #tickMs: number
  #ticker: NodeJS.Timeout | undefined

  /**
   * @param tickRuns looks after the runs; says whether any are left
   * @param tickMs how often all is looked after
   */
  constructor(tickRuns: () => boolean, tickMs: number) {
    this.#tickRuns = tickRuns
    this.#tickMs = tickMs
  }

  get size(): number {
    return this.#clients.size
  }

  /** Bytes that wait in all connections. */
  get bufferedBytes(): number {
    return [...this.#clients.values()].reduce((sum, { connection }) => sum + connection.bufferedBytes, 0)
  }

  /** Everybody who uses a connection. */
  *users(): Iterable<ConnectionUser> {
    for (const { user } of this.#clients.values()) if (user) yield user
  }

  /** Keeps a connection until its socket has closed. */
  keep(ws: WebSocket, client: Client): void {
    this.#clients.set(ws, client)
    ws.on('close', () => {
      this.#clients.delete(ws)
      if (this.size === 0) for (const resolve of this.#whenEmpty) resolve()
    })
    this.#ticker ??= setInterval(() => this.#tick(), this.#tickMs).unref()
  }

  /**
   * Waits until all have gone by themselves, at most `drainMs`, then closes who is left. Resolves when nobody is.
   */
  async dismiss(drainMs: number): Promise<void> {
    if (drainMs > 0) await this.#emptied(drainMs)
    for (const { user, connection } of this.#clients.values()) {
      const target = user ?? connection
      target.close(closeCodes.goingAway, 'the server is shutting down')
    }
    await this.#emptied(farewellMs)
    for (const { connection } of this.#clients.values()) connection.terminate()
    await this.#emptied(farewellMs)
    this.#stopTicking()
  }

  #tick(): void {
    const hasRuns = this.#tickRuns()
    for (const { connection } of this.#clients.values()) connection.tick()
    if (this.size === 0 && !hasRuns) this.#stopTicking()
  }

  #stopTicking(): void {
    clearInterval(this.#ticker)
    this.#ticker = undefined
  }

  /** Waits until nobody is left, at most so long. */
  #emptied(ms: number): Promise<void> {
    if (this.size === 0) return Promise.resolve()
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer)
        this.#whenEmpty.delete(done)
        resolve()
      }
      const timer = setTimeout(done, ms)
      this.#whenEmpty.add(done)
    })
  }
}
