import { closeCodes } from '@llmmon/core'
import type { Identity } from './identity.js'
import type { Seats } from './seats.js'

/** Who a connection is, its place among the connections of that principal, and until when. */
export class Standing {
  readonly #seats: Seats
  #identity: Identity | undefined
  #hasSeat = false

  /** @param seats counts the connections of each principal */
  constructor(seats: Seats) {
    this.#seats = seats
  }

  /** Who it is; undefined until that is known. */
  get identity(): Identity | undefined {
    return this.#identity
  }

  get audience(): string {
    return this.#identity?.audience ?? ''
  }

  /** When it ends, as frames tell it. */
  get expiry(): { expires_at?: number } {
    const expiresAt = this.#identity?.expiresAt
    return expiresAt === undefined ? {} : { expires_at: expiresAt }
  }

  get hasExpired(): boolean {
    return this.expiresInMs <= 0
  }

  /** How long until it ends, ms; infinite where it does not. */
  get expiresInMs(): number {
    const expiresAt = this.#identity?.expiresAt
    return expiresAt === undefined ? Number.POSITIVE_INFINITY : expiresAt - Date.now()
  }

  /** Becomes somebody, or somebody else; gives the close that is due where that is nobody, or has too many connections. */
  become(identity: Identity | undefined): readonly [code: number, reason: string] | undefined {
    if (!identity) return [closeCodes.unauthenticated, 'the credentials were not accepted']
    if (!this.#identity || identity.key !== this.#identity.key) {
      if (!this.#seats.take(identity.key)) return [closeCodes.tooMany, 'this principal has too many connections']
      this.leave()
      this.#hasSeat = true
    }
    this.#identity = identity
    return undefined
  }

  /** Gives its place back. Idempotent. */
  leave(): void {
    if (this.#hasSeat) this.#seats.leave(this.#identity?.key)
    this.#hasSeat = false
  }
}
