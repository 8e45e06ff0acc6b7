import { afterEach, describe, expect, it, vi } from 'vitest'
import { webSocketClass, webSocketUrl } from '../src/socket.js'

afterEach(() => vi.unstubAllGlobals())

describe('webSocketUrl', () => {
  it.each([
    ['ws://h/ws', 'ws://h/ws'],
    ['https://h:8443/a?b=c#d', 'wss://h:8443/a?b=c'],
    ['http://h/ws', 'ws://h/ws'],
  ])('makes %s into %s', (given, made) => {
    expect(webSocketUrl(given)).toBe(made)
  })

  it('belongs to the page where it is relative', () => {
    vi.stubGlobal('location', { href: 'https://shop.example/cart/?x=1' })

    expect(webSocketUrl()).toBe('wss://shop.example/ws')
    expect(webSocketUrl('live')).toBe('wss://shop.example/cart/live')
  })

  it.each(['', '/ws', 'ftp://h/ws', 'not an address'])('says what is wrong with %j outside of a page', (given) => {
    expect(() => webSocketUrl(given)).toThrow(/Expected/)
  })
})

describe('webSocketClass', () => {
  it('takes the one it is given, else the runtime has one, else says what to do', () => {
    const own = class {} as never
    expect(webSocketClass(own)).toBe(own)
    vi.stubGlobal('WebSocket', own)
    expect(webSocketClass(undefined)).toBe(own)
    vi.stubGlobal('WebSocket', undefined)

    expect(() => webSocketClass(undefined)).toThrow(/npm i ws/)
  })
})
