import { closeCodes } from '@llmmon/core'
import type { Connection, ConnectionUser } from './connection.js'

/** How long a closed connection may take to go, ms. */
const farewellMs = 2_000
/** From how much on the clock on the wall has jumped, ms. */
const jumpMs = 500

/** All connections of a server, and the one timer that looks after them. */
export class Clients {
  readonly #connections = new Set<Connection>()
  readonly #whenEmpty = new Set<() => void>()
  readonly #tickRuns: () => boolean
  readonly #tickMs: number
  readonly #now: () => number
  // One for all of them.
  readonly #drop = (connection: Connection): void => {
    this.#connections.delete(connection)
    if (this.size === 0) for (const resolve of this.#whenEmpty) resolve()
  }
  #ticker: NodeJS.Timeout | undefined
  #wallLead = 0

  /**
   * @param tickRuns looks after the runs; says whether any are left
   * @param tickMs how often all is looked after
   * @param now the clock of the connections
   */
  constructor(tickRuns: () => boolean, tickMs: number, now: () => number) {
    this.#tickRuns = tickRuns
    this.#tickMs = tickMs
    this.#now = now
  }

  get size(): number {
    return this.#connections.size
  }

  /** Bytes that wait in all connections. */
  get bufferedBytes(): number {
    return [...this.#connections].reduce((sum, { bufferedBytes }) => sum + bufferedBytes, 0)
  }

  /** Everybody who uses a connection. */
  *users(): Iterable<ConnectionUser> {
    for (const { user } of this.#connections) if (user) yield user
  }

  /** Keeps a connection until its socket has closed. */
  keep(connection: Connection): void {
    this.#connections.add(connection)
    connection.onClosed(this.#drop)
    this.#ticker ??= setInterval(() => this.#tick(), this.#tickMs).unref()
  }

  /**
   * Waits until all have gone by themselves, at most `drainMs`, then closes who is left. Resolves when nobody is.
   */
  async dismiss(drainMs: number): Promise<void> {
    if (drainMs > 0) await this.#emptied(drainMs)
    for (const connection of this.#connections) {
      const target = connection.user ?? connection
      target.close(closeCodes.goingAway, 'the server is shutting down')
    }
    await this.#emptied(farewellMs)
    for (const connection of this.#connections) connection.terminate()
    await this.#emptied(farewellMs)
    this.#stopTicking()
  }

  #tick(): void {
    const hasRuns = this.#tickRuns()
    const now = this.#now()
    // Who is quiet is looked at when a token ends by the clock of connections; the token itself goes by the one on the wall.
    const wallLead = Date.now() - now
    const hasJumped = Math.abs(wallLead - this.#wallLead) > jumpMs
    this.#wallLead = wallLead
    for (const connection of this.#connections) {
      if (hasJumped) connection.wake()
      connection.tick(now)
    }
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
