/** What an operator ends: everything of some principals, a run for everybody, or a run for some. */
export interface Revocation {
  /** Says which principals; those that are nobody yet are asked about as soon as they are somebody. */
  principal?: (principal: unknown) => boolean
  /** The run; without one, the whole connections of the principals end. */
  runId?: string
}

/** Whether a revocation is about this principal. @throws what its predicate throws. */
export function concerns({ principal: isMeant }: Revocation, principal: unknown): boolean {
  return isMeant === undefined || isMeant(principal)
}

/**
 * Revocations that fall into the time while a hook is being asked: its answer may be older than they are. Kept only
 * while some hook is being asked.
 */
export class Revocations {
  #made: Revocation[] = []
  #asking = 0

  /** Takes one down. */
  add(revocation: Revocation): void {
    if (this.#asking > 0) this.#made.push(revocation)
  }

  /**
   * Call before a hook is asked; what it gives is called once with what came out, and says whether that was revoked meanwhile.
   * A predicate that throws counts as yes.
   */
  begin(): (principal: unknown, runId?: string) => boolean {
    const from = this.#made.length
    this.#asking += 1
    return (principal, runId) => {
      const isRevoked = this.#made.slice(from).some((revocation) => covers(revocation, principal, runId))
      this.#asking -= 1
      if (this.#asking === 0) this.#made = []
      return isRevoked
    }
  }
}

function covers(revocation: Revocation, principal: unknown, runId: string | undefined): boolean {
  if (revocation.runId !== undefined && revocation.runId !== runId) return false
  try {
    return concerns(revocation, principal)
  } catch {
    return true
  }
}
