import { afterEach, describe, expect, it, vi } from 'vitest'
import { openSocket, webSocketUrl } from '../src/socket.js'

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

describe('openSocket', () => {
  it('opens the class it is given, else the one the runtime has, else says what to do', () => {
    class Own {
      constructor(readonly url: string) {}
    }
    const given = Own as never
    expect(openSocket(given, 'ws://h/1')).toMatchObject({ url: 'ws://h/1' })
    vi.stubGlobal('WebSocket', Own)
    expect(openSocket(undefined, 'ws://h/2')).toMatchObject({ url: 'ws://h/2' })
    vi.stubGlobal('WebSocket', undefined)

    expect(() => openSocket(undefined, 'ws://h/3')).toThrow(/npm i ws/)
  })
})
