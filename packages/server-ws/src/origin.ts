/** What an Origin header means to a server. */
export type OriginKind = 'none' | 'own' | 'listed' | 'foreign'

/** What an upgrade request brings of it. */
export interface OriginRequest {
  readonly origin: string | undefined
  /** The host it was sent to, with its port. */
  readonly host: string | undefined
  readonly hasCookie: boolean
}

/**
 * Whether a request may connect, by its origin.
 *
 * A page of the same host and port may, whatever its scheme, unless there is a list; then only what is listed, compared as a
 * whole. `null`, which sandboxed frames send, never may. Programs send no origin and may: an origin protects people whose browser
 * carries their cookies. So where cookies can mean somebody, they come with an origin of the server's own host or of the list, or not at all: not
 * through a proxy that takes the origin off, and not by `*`.
 *
 * @param asksWho whether `authenticate` is there to read the cookies
 */
export function isOriginAllowed(
  request: OriginRequest,
  allowed: readonly string[] | '*' | undefined,
  asksWho: boolean,
): boolean {
  const kind = originKind(request, allowed)
  if (kind === 'listed' || (kind === 'own' && (allowed === undefined || allowed === '*'))) return true
  if (request.hasCookie && asksWho) return false
  return kind === 'none' || (allowed === '*' && request.origin !== 'null')
}

function originKind({ origin, host }: OriginRequest, allowed: readonly string[] | '*' | undefined): OriginKind {
  if (origin === undefined) return 'none'
  if (origin === 'null') return 'foreign'
  if (Array.isArray(allowed) && allowed.includes(origin)) return 'listed'
  const page = hostOf(origin)
  return page !== undefined && host !== undefined && page === host.toLowerCase() ? 'own' : 'foreign'
}

function hostOf(origin: string): string | undefined {
  try {
    const { host, protocol } = new URL(origin)
    return protocol === 'http:' || protocol === 'https:' ? host : undefined
  } catch {
    return undefined
  }
}
