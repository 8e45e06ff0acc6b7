import { closeCodes } from '@llmmon/core'
import type { Identity } from './identity.js'
import type { Seats } from './seats.js'

/** Who a connection is, its place among the connections of that principal, and until when. */
export class Standing {
  readonly #seats: Seats
  #identity: Identity | undefined
  #leaveSeat: () => void = () => undefined

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
    const expiresAt = this.#identity?.expiresAt
    return expiresAt !== undefined && expiresAt <= Date.now()
  }

  /** Becomes somebody, or somebody else; gives the close that is due where that is nobody, or has too many connections. */
  become(identity: Identity | undefined): readonly [code: number, reason: string] | undefined {
    if (!identity) return [closeCodes.unauthenticated, 'the credentials were not accepted']
    if (!this.#identity || identity.key !== this.#identity.key) {
      const leave = this.#seats.take(identity.key)
      if (!leave) return [closeCodes.tooMany, 'this principal has too many connections']
      this.#leaveSeat()
      this.#leaveSeat = leave
    }
    this.#identity = identity
    return undefined
  }

  /** Gives its place back. */
  leave(): void {
    this.#leaveSeat()
  }
}
