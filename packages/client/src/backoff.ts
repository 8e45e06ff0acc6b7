const baseMs = 500
const capMs = 20_000

/**
 * How long to wait before the next attempt, ms: uniform between 0 and a bound that doubles (full jitter), so that ten thousand clients of a
 * restarted server do not come back together.
 *
 * @param attempt how many attempts have failed before, from 0
 * @param random 0 to 1
 */
export function backoffMs(attempt: number, random: number): number {
  return random * Math.min(capMs, baseMs * 2 ** attempt)
}
