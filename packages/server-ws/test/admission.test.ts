import type { IncomingMessage } from 'node:http'
import { memoryTransport } from '@llmmon/core'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { Admission, type Entry, type Refusal } from '../src/admission.js'
import { allowAnyone, type MonitorServerOptions, resolveOptions } from '../src/options.js'

const warn = vi.fn()
const noop = () => undefined
const logger = { debug: noop, info: noop, warn, error: noop }

function admission(options: Partial<MonitorServerOptions> = {}): Admission {
  return new Admission(resolveOptions({ transport: memoryTransport(), authorize: allowAnyone, logger, ...options }))
}

function from(address: string, headers: Record<string, string> = {}): IncomingMessage {
  return { socket: { remoteAddress: address }, headers: { host: 'h', ...headers } } as unknown as IncomingMessage
}

const statusOf = (answer: Entry | Refusal) => ('status' in answer ? answer.status : 'in')
const leave = (answer: Entry | Refusal) => ('status' in answer ? undefined : answer.left())

beforeEach(() => void warn.mockClear())

describe('Admission', () => {
  it('lets in as many as the process takes, and others when some have left', () => {
    const { enter } = { enter: (it: Admission) => it.enter(from('10.0.0.1')) }
    const door = admission({ limits: { maxConnections: 2 } })
    const [first, , third] = [enter(door), enter(door), enter(door)]
    expect(third).toMatchObject({ status: 503, headers: ['Retry-After: 10'] })
    leave(first as Entry)
    leave(first as Entry)

    expect([enter(door), enter(door)].map(statusOf)).toEqual(['in', 503])
  })

  it('does not wait for too many to say who they are', () => {
    const door = admission({ limits: { maxUnidentified: 1 } })
    const first = door.enter(from('10.0.0.1')) as Entry
    expect(statusOf(door.enter(from('10.0.0.2')))).toBe(503)
    first.identified()
    const second = door.enter(from('10.0.0.2'))
    expect(statusOf(second)).toBe('in')
    leave(second)

    expect(statusOf(door.enter(from('10.0.0.3')))).toBe('in')
  })

  it('counts addresses, IPv6 by network, but not this machine; and says once what to do about a proxy', () => {
    const door = admission({ limits: { maxConnectionsPerAddress: 1 } })
    const answers = [
      '10.0.0.1',
      '10.0.0.1',
      '10.0.0.1',
      '10.0.0.2',
      '2001:db8::1',
      '2001:db8::2',
      '127.0.0.1',
      '::1',
      '::1',
    ]

    expect(answers.map((address) => statusOf(door.enter(from(address))))).toEqual([
      'in',
      429,
      429,
      'in',
      'in',
      429,
      'in',
      'in',
      'in',
    ])
    expect(warn.mock.calls.map(([{ network }]) => network)).toEqual(['10.0.0.1', '2001:db8:0:0::/64'])
    expect(warn.mock.calls[0]?.[1]).toContain('trustProxy: 1')
  })

  it('gives every seat back where one of them cannot be had', () => {
    const door = admission({ limits: { maxConnectionsPerAddress: 1, maxConnections: 2, maxUnidentified: 2 } })
    door.enter(from('10.0.0.1'))
    for (let i = 0; i < 5; i += 1) expect(statusOf(door.enter(from('10.0.0.1')))).toBe(429)

    expect(statusOf(door.enter(from('10.0.0.2')))).toBe('in')
  })

  it('believes proxies as far as it is told to', () => {
    const limits = { maxConnectionsPerAddress: 1 }
    const door = admission({ limits, trustProxy: 1 })
    const via = (client: string) => from('127.0.0.1', { 'x-forwarded-for': `6.6.6.6, ${client}` })

    expect(['10.0.0.1', '10.0.0.2', '10.0.0.1'].map((client) => statusOf(door.enter(via(client))))).toEqual([
      'in',
      'in',
      429,
    ])
  })

  it('says when to come back to an address that connects too often', async () => {
    const door = admission({ limits: { handshakesPerMinute: 2 } })
    const request = from('10.0.0.1')
    expect([await door.rate(request), await door.rate(request)]).toEqual([undefined, undefined])
    const refusal = await door.rate(request)
    expect(refusal?.status).toBe(429)
    expect(refusal?.headers?.[0]).toMatch(/^Retry-After: ([1-9]|[1-5]\d|60)$/)

    expect(await door.rate(from('127.0.0.1'))).toBeUndefined()
  })

  it('tells the origin that it refuses, once, and a lost one', () => {
    const door = admission({ authenticate: () => 'somebody' })
    for (let i = 0; i < 3; i += 1) {
      expect(door.enter(from('10.0.0.1', { origin: 'https://evil.example' }))).toMatchObject({ status: 403 })
      expect(door.enter(from('10.0.0.1', { cookie: 'sid=1' }))).toMatchObject({ status: 403 })
    }

    expect(warn.mock.calls.map(([, text]) => text)).toEqual([
      'Refused a page of another origin. To let it connect: allowedOrigins: ["https://evil.example"]',
      expect.stringContaining('no Origin header'),
    ])
  })

  it('tells of so many origins at most, and cuts them', () => {
    const door = admission()
    for (let i = 0; i < 300; i += 1) door.enter(from('10.0.0.1', { origin: `https://${'x'.repeat(1_000)}${i}` }))

    expect(warn).toHaveBeenCalledTimes(100)
    expect(JSON.stringify(warn.mock.calls[0])).toHaveLength(JSON.stringify(warn.mock.calls[99]).length)
    expect(String(warn.mock.calls[0]?.[1]).length).toBeLessThan(400)
  })

  it('compares a page with the host that a trusted proxy tells', () => {
    const headers = { origin: 'https://app.example', host: 'inner:3000', 'x-forwarded-host': 'app.example' }

    expect(statusOf(admission({ trustProxy: 1 }).enter(from('10.0.0.1', headers)))).toBe('in')
    expect(statusOf(admission().enter(from('10.0.0.1', headers)))).toBe(403)
  })
})
