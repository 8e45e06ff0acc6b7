import type { IncomingMessage } from 'node:http'
import { isIPv4, isIPv6 } from 'node:net'

/**
 * The network that a request came from, as it is counted: an IPv4 address, the /64 of an IPv6 one. Undefined for this machine
 * itself, which is not counted: it is a proxy that nobody has told of, a test, or you.
 *
 * @param hops how many proxies stand before the server, each of which adds one entry to `X-Forwarded-For`; what is left of theirs
 * is the client's own word and is not believed.
 */
export function networkOf(request: IncomingMessage, hops: number): string | undefined {
  const socket = request.socket?.remoteAddress ?? ''
  const chain = [...listOf(request.headers['x-forwarded-for']), socket]
  const address = withoutPort(chain.at(-1 - hops) ?? (chain[0] as string))
  const groups = isIPv6(address) ? groupsOf(address) : undefined
  const plain = groups ? mappedIPv4(groups) : isIPv4(address) ? address : undefined
  // What a header says to be this machine is counted: it may be a claim.
  if (hops === 0 && (socket === '' || plain?.startsWith('127.') || address === '::1')) return undefined
  if (plain) return plain
  return groups ? `${groups.slice(0, 4).map(hex).join(':')}::/64` : 'unknown'
}

/** The host that the client has asked for: that of the nearest of the trusted proxies, where one tells it. */
export function hostOf(request: IncomingMessage, hops: number): string | undefined {
  const forwarded = hops > 0 ? listOf(request.headers['x-forwarded-host']) : []
  return forwarded.at(-hops) ?? forwarded[0] ?? request.headers.host
}

function listOf(header: string | string[] | undefined): string[] {
  return [header ?? []].flat().flatMap((line) => line.split(',').map((entry) => entry.trim()))
}

// Some proxies write `1.2.3.4:56789` or `[2001:db8::1]:56789`.
function withoutPort(address: string): string {
  const bracketed = /^\[([^\]]*)\](:\d+)?$/.exec(address)
  if (bracketed) return bracketed[1] as string
  const ported = /^([\d.]+):\d+$/.exec(address)
  return (ported ? (ported[1] as string) : address).replace(/%.*$/, '')
}

function groupsOf(address: string): number[] {
  // The URL parser writes every spelling of an address alike, with at most one `::`.
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const [head = '', tail] = canonical.split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const missing = Array<string>(8 - before.length - after.length).fill('0')
  return [...before, ...(tail === undefined ? [] : missing), ...after].map((group) => Number.parseInt(group, 16))
}

function mappedIPv4(groups: readonly number[]): string | undefined {
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff
  const [high, low] = groups.slice(6) as [number, number]
  return isMapped ? [high >> 8, high & 255, low >> 8, low & 255].join('.') : undefined
}

function hex(group: number): string {
  return group.toString(16)
}
