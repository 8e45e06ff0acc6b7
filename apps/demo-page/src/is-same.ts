/**
 * Whether two plain values say the same. Views of a run are small, so comparing one costs less than drawing it again.
 *
 * @example
 * const rows = useChainMonitor(runId, { select: stepRows, isEqual: isSame })
 */
export function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) !== Array.isArray(b)) return false
  const keys = Object.keys(a)
  if (keys.length !== Object.keys(b).length) return false
  return keys.every((key) => isSame(a[key as keyof typeof a], b[key as keyof typeof b]))
}
