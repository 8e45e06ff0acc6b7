/**
 * How long something has taken, for people.
 *
 * @param from ms since 1970; null: it has not begun
 * @param to ms since 1970
 */
export function seconds(from: number | null, to: number): string {
  if (from === null) return ''
  const ms = Math.max(0, to - from)
  if (ms < 60_000) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`
  return `${Math.floor(ms / 60_000)} min ${String(Math.floor((ms % 60_000) / 1_000)).padStart(2, '0')} s`
}
