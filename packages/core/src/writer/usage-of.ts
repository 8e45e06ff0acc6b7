import type { Usage } from '../state/index.js'

/**
 * The counts of what a chain calls its usage: the finite numbers in it. Undefined where there are none.
 *
 * @example
 * usageOf({ inputTokens: 120, model: 'small' }) // { inputTokens: 120 }
 */
export function usageOf(counts: unknown): Usage | undefined {
  if (typeof counts !== 'object' || counts === null || Array.isArray(counts)) return undefined
  try {
    const numbers = Object.entries(counts).filter(([, count]) => Number.isFinite(count))
    return numbers.length > 0 ? Object.fromEntries(numbers) : undefined
  } catch {
    // A getter of the chain's own object threw.
    return undefined
  }
}
