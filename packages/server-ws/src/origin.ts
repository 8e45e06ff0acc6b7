/**
 * Whether a page of this origin may connect. Programs send no origin and are let through: it protects people whose browser
 * carries their cookies. `null`, which sandboxed frames send, is refused.
 *
 * @param origin the Origin header
 * @param host the Host header: without a list, a page of the same host and port may connect, whatever its scheme
 */
export function isOriginAllowed(
  origin: string | undefined,
  host: string | undefined,
  allowed: readonly string[] | '*' | undefined,
): boolean {
  if (origin === undefined || allowed === '*') return true
  if (origin === 'null') return false
  if (allowed) return allowed.includes(origin)
  const page = hostOf(origin)
  return page !== undefined && host !== undefined && page === host.toLowerCase()
}

function hostOf(origin: string): string | undefined {
  try {
    const { host, protocol } = new URL(origin)
    return protocol === 'http:' || protocol === 'https:' ? host : undefined
  } catch {
    return undefined
  }
}
