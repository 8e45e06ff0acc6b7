import { vi } from 'vitest'

/** Longer than anything takes on a machine that does much else. */
const timeout = 15_000

/** Asks again and again until this does not throw; then rejects with what it threw last. */
export function eventually<Answer>(ask: () => Answer | Promise<Answer>): Promise<Answer> {
  return vi.waitFor(ask, { timeout, interval: 20 })
}
