import { isRunId } from '@llmmon/core'

/** What an upgrade request asks for. */
export type Route =
  | { readonly kind: 'protocol' }
  | { readonly kind: 'plain'; readonly runId: string; readonly after: number; readonly ticket: string | undefined }
  | { readonly kind: 'foreign' }

/**
 * What the URL of an upgrade request asks for: `<path>` the protocol, `<path>/chain/<runId>/` the plain endpoint, anything
 * else is somebody else's. A malformed run id becomes the empty one, which nobody may see.
 */
export function routeOf(url: string | undefined, path: string): Route {
  let parsed: URL
  try {
    parsed = new URL(url ?? '/', 'ws://server.invalid')
  } catch {
    return { kind: 'foreign' }
  }
  const base = path.replace(/\/+$/, '')
  const { pathname, searchParams } = parsed
  if (pathname === base || pathname === `${base}/`) return { kind: 'protocol' }
  const plain = pathname.startsWith(`${base}/chain/`) ? pathname.slice(base.length + 7).replace(/\/$/, '') : undefined
  if (plain === undefined || plain.includes('/')) return { kind: 'foreign' }
  const after = searchParams.get('after') ?? ''
  return {
    kind: 'plain',
    runId: isRunId(plain) ? plain : '',
    after: /^\d{1,15}$/.test(after) ? Number(after) : 0,
    ticket: searchParams.get('ticket') ?? undefined,
  }
}

/** The same for a request that a router of the application has brought here, whatever it calls our path. */
export function routedAs(url: string | undefined, path: string): Route {
  const route = routeOf(url, path)
  if (route.kind !== 'foreign') return route
  const pathname = (url ?? '/').split('?', 1)[0] as string
  const chain = pathname.lastIndexOf('/chain/')
  return routeOf(url, chain < 0 ? pathname : pathname.slice(0, chain))
}
