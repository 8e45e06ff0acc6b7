import { describe, expect, it } from 'vitest'
import { isOriginAllowed } from '../src/origin.js'

const list = ['https://app.example']

describe('isOriginAllowed', () => {
  // The last two: without cookies, and with cookies that mean somebody.
  it.each([
    ['a program, which sends none', undefined, 'h:1', undefined, true, false],
    ['a program, where only some pages may', undefined, 'h:1', list, true, false],
    ['a program, where all may', undefined, 'h:1', '*', true, false],
    ['a page of the same host', 'http://h:1', 'h:1', undefined, true, true],
    ['a page of the same host behind a proxy that ends TLS', 'https://h:1', 'h:1', undefined, true, true],
    ['a page of the same host in other letters', 'http://H.example', 'h.EXAMPLE', undefined, true, true],
    ['a page of another host', 'http://evil', 'h', undefined, false, false],
    ['a page of another port', 'http://h:2', 'h:1', undefined, false, false],
    ['a host that only begins alike', 'http://h.evil', 'h', undefined, false, false],
    ['a page that puts the host elsewhere', 'http://evil/h', 'h', undefined, false, false],
    ['a page that puts the host before an @', 'http://h@evil', 'h', undefined, false, false],
    ['a sandboxed frame', 'null', 'null', undefined, false, false],
    ['a sandboxed frame on a list of all', 'null', 'h', ['null'], false, false],
    ['a sandboxed frame, where all may', 'null', 'h', '*', false, false],
    ['no origin that can be read', 'junk', 'junk', undefined, false, false],
    ['an extension', 'chrome-extension://h', 'h', undefined, false, false],
    ['no host to compare with', 'http://h', undefined, undefined, false, false],
    ['a listed page', 'https://app.example', 'h', list, true, true],
    ['a listed page with another scheme', 'http://app.example', 'h', list, false, false],
    ['a listed page with another port', 'https://app.example:444', 'h', list, false, false],
    ['the own host, not on the list', 'http://h', 'h', list, false, false],
    ['anybody, where all may', 'http://evil', 'h', '*', true, false],
    ['the own host, where all may', 'http://h', 'h', '*', true, true],
  ] as const)('of %s', (_, origin, host, allowed, expected, withCookies) => {
    expect(isOriginAllowed({ origin, host, hasCookie: false }, allowed, true)).toBe(expected)
    expect(isOriginAllowed({ origin, host, hasCookie: true }, allowed, true)).toBe(withCookies)
    expect(isOriginAllowed({ origin, host, hasCookie: true }, allowed, false)).toBe(expected)
  })
})
