import { describe, expect, it } from 'vitest'
import { isOriginAllowed } from '../src/origin.js'

describe('isOriginAllowed', () => {
  it.each([
    ['a program, which sends none', undefined, 'h:1', undefined, true],
    ['a page of the same host', 'http://h:1', 'h:1', undefined, true],
    ['a page of the same host behind a proxy that ends TLS', 'https://h:1', 'h:1', undefined, true],
    ['a page of the same host in other letters', 'http://H.example', 'h.EXAMPLE', undefined, true],
    ['a page of another host', 'http://evil', 'h', undefined, false],
    ['a page of another port', 'http://h:2', 'h:1', undefined, false],
    ['a host that only begins alike', 'http://h.evil', 'h', undefined, false],
    ['a sandboxed frame', 'null', 'null', undefined, false],
    ['a sandboxed frame on a list of all', 'null', 'h', ['null'], false],
    ['no origin that can be read', 'junk', 'junk', undefined, false],
    ['an extension', 'chrome-extension://h', 'h', undefined, false],
    ['a listed page', 'https://app.example', 'h', ['https://app.example'], true],
    ['a listed page with another scheme', 'http://app.example', 'h', ['https://app.example'], false],
    ['the own host, not on the list', 'http://h', 'h', ['https://app.example'], false],
    ['anybody, where all may', 'http://evil', 'h', '*', true],
  ] as const)('of %s', (_, origin, host, allowed, expected) => {
    expect(isOriginAllowed(origin, host, allowed)).toBe(expected)
  })
})
