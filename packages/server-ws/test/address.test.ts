import type { IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import { hostOf, networkOf } from '../src/address.js'

function request(remoteAddress: string | undefined, headers: Record<string, string> = {}): IncomingMessage {
  return { socket: { remoteAddress }, headers } as unknown as IncomingMessage
}

describe('networkOf', () => {
  it.each([
    ['an IPv4 address', '203.0.113.9', '203.0.113.9'],
    ['one in IPv6 form', '::ffff:203.0.113.9', '203.0.113.9'],
    ['an IPv6 address', '2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['its neighbour', '2001:db8:1:2::ffff', '2001:db8:1:2::/64'],
    ['a short one', '2001:db8::1', '2001:db8:0:0::/64'],
    ['one of a link', 'fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['this machine', '127.0.0.1', undefined],
    ['this machine by another name', '127.9.9.9', undefined],
    ['this machine by IPv6', '::1', undefined],
    ['this machine in IPv6 form', '::ffff:127.0.0.1', undefined],
    ['a socket of Unix', undefined, undefined],
  ])('of %s', (_, address, expected) => {
    expect(networkOf(request(address), 0)).toBe(expected)
  })

  it.each([
    ['is not believed without a proxy', '9.9.9.9', 0, '10.0.0.1'],
    ['of one proxy', '9.9.9.9', 1, '9.9.9.9'],
    ['of one proxy, and what the client claims', '6.6.6.6, 9.9.9.9', 1, '9.9.9.9'],
    ['of two proxies', '6.6.6.6, 9.9.9.9, 10.0.0.2', 2, '9.9.9.9'],
    ['that is shorter than it should be', '9.9.9.9', 3, '9.9.9.9'],
    ['with ports', '9.9.9.9:1234', 1, '9.9.9.9'],
    ['of IPv6 with a port', '[2001:db8::1]:1234', 1, '2001:db8:0:0::/64'],
    ['that is junk', '<script>', 1, 'unknown'],
    ['that is empty', '', 1, 'unknown'],
    ['that claims to be this machine', '127.0.0.1', 1, '127.0.0.1'],
    ['that claims to be this machine by IPv6', '::1', 1, '0:0:0:0::/64'],
  ])('by a header %s', (_, header, hops, expected) => {
    expect(networkOf(request('10.0.0.1', { 'x-forwarded-for': header }), hops)).toBe(expected)
  })

  it('is the address of the socket where trusted proxies say nothing', () => {
    expect(networkOf(request('10.0.0.1'), 2)).toBe('10.0.0.1')
  })
})

describe('hostOf', () => {
  it.each([
    ['of the request', undefined, 0, 'own:1'],
    ['of the request, whatever is claimed', 'evil', 0, 'own:1'],
    ['of a proxy', 'app.example', 1, 'app.example'],
    ['of the nearest of two that add theirs', 'app.example, inner', 2, 'app.example'],
    ['of one that claims more than it may', 'evil, app.example', 1, 'app.example'],
    ['of proxies that tell none', undefined, 1, 'own:1'],
  ])('is that %s', (_, forwarded, hops, expected) => {
    const headers = { host: 'own:1', ...(forwarded && { 'x-forwarded-host': forwarded }) }

    expect(hostOf(request('10.0.0.1', headers), hops)).toBe(expected)
  })
})
