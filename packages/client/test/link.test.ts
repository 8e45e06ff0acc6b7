import { LlmmonError } from '@llmmon/core/protocol'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Link, quietly } from '../src/link.js'
import type { WebSocketLike } from '../src/socket.js'

class ScriptedSocket implements WebSocketLike {
  readyState = 0
  onopen: ((event: never) => void) | null = null
  onmessage: ((event: never) => void) | null = null
  onclose: ((event: never) => void) | null = null
  onerror: ((event: never) => void) | null = null
  readonly sent: string[] = []
  readonly closes: unknown[] = []

  send(text: string): void {
    this.sent.push(text)
  }

  close(code?: number): void {
    this.closes.push(code)
  }

  open(): void {
    this.readyState = 1
    this.onopen?.(undefined as never)
  }

  say(data: string): void {
    this.onmessage?.({ data } as never)
  }

  lose(code: number): void {
    this.readyState = 3
    this.onclose?.({ code, reason: '' } as never)
  }
}

let sockets: ScriptedSocket[]
let received: string[]
let phases: string[]
let link: Link
let open: () => WebSocketLike | Promise<WebSocketLike>

beforeEach(() => {
  vi.useFakeTimers()
  vi.spyOn(Math, 'random').mockReturnValue(1)
  sockets = []
  received = []
  phases = []
  open = () => {
    const socket = new ScriptedSocket()
    sockets.push(socket)
    return socket
  }
  link = new Link({
    open: () => open(),
    greet: () => link.send({ type: 'hello' }),
    receive: (text) => received.push(text),
    forgetPositions: () => received.push('forget'),
    changed: ({ phase }) => phases.push(phase),
  })
})

afterEach(() => {
  link.close()
  vi.useRealTimers()
  vi.restoreAllMocks()
})

function connect(): ScriptedSocket {
  link.need()
  const socket = sockets.at(-1) as ScriptedSocket
  socket.open()
  link.welcomed()
  return socket
}

describe('Link', () => {
  it('opens when it is needed, greets, and closes when it is not', () => {
    const socket = connect()
    link.unneeded()

    expect(phases).toEqual(['connecting', 'greeting', 'open', 'idle'])
    expect(socket.sent).toEqual(['{"type":"hello"}'])
    expect(socket.closes).toEqual([1000])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('comes back after a while, and hears nothing of the socket it has given up', () => {
    const old = connect()
    old.lose(1006)
    expect(link.state.phase).toBe('waiting')
    vi.advanceTimersByTime(500)
    old.say('late')
    old.lose(4403)

    expect(sockets).toHaveLength(2)
    expect(received).toEqual([])
    expect(link.state.phase).toBe('connecting')
  })

  it('finds by the clock that a server has gone silent, and comes back', () => {
    const socket = connect()
    for (let i = 0; i < 10; i += 1) {
      vi.advanceTimersByTime(20_000)
      socket.say('hb')
    }
    expect(link.state.phase).toBe('open')
    vi.advanceTimersByTime(41_000)

    expect(socket.closes).toEqual([1000])
    expect(sockets.length).toBeGreaterThan(1)
  })

  it('gives up a connection that never opens', () => {
    link.need()
    vi.advanceTimersByTime(26_000)

    expect(sockets.length).toBeGreaterThan(1)
  })

  it('backs off from a server that accepts and closes for ever', () => {
    link.need()
    for (let i = 0; i < 20; i += 1) {
      const socket = sockets.at(-1) as ScriptedSocket
      socket.open()
      link.welcomed()
      socket.lose(1006)
      vi.advanceTimersByTime(20_000)
    }
    // In 400 s: at once at first, then every 20 s.
    expect(sockets.length).toBeLessThan(30)
    expect(link.state.attempt).toBe(20)
  })

  it('is refused, and stays so, where no socket can be made', () => {
    open = () => {
      throw new SyntaxError('bad address')
    }
    link.need()
    vi.advanceTimersByTime(60_000)

    expect(link.state).toMatchObject({ phase: 'refused', reason: 'bad address' })
    expect(vi.getTimerCount()).toBe(0)
  })

  it('tells a token that could not be had from a runtime that has no WebSocket', async () => {
    open = () => Promise.reject(new Error('session service down'))
    link.need()
    await vi.advanceTimersByTimeAsync(0)
    expect(link.state.phase).toBe('waiting')
    open = () => Promise.reject(new LlmmonError('no_websocket', 'none here'))
    await vi.advanceTimersByTimeAsync(20_000)

    expect(link.state).toMatchObject({ phase: 'refused', reason: 'none here' })
  })

  it('closes a socket that comes when nobody wants it any more', async () => {
    const socket = new ScriptedSocket()
    open = () => Promise.resolve(socket)
    link.need()
    link.unneeded()
    await vi.advanceTimersByTimeAsync(0)

    expect(socket.closes).toHaveLength(1)
  })

  it('sleeps with its page and wakes with it', () => {
    const page = new EventTarget()
    vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
    vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page))
    const socket = connect()
    page.dispatchEvent(new Event('pagehide'))
    expect([link.state.phase, socket.closes.length]).toEqual(['waiting', 1])
    vi.advanceTimersByTime(60_000)
    expect(sockets).toHaveLength(1)
    page.dispatchEvent(new Event('pageshow'))
    vi.advanceTimersByTime(1_000)

    expect(sockets).toHaveLength(2)
    vi.unstubAllGlobals()
  })

  it.each(['online', 'offline', 'pageshow'])(
    'asks, once, whether the connection still lives, when the page is told %s',
    (name) => {
      const page = new EventTarget()
      vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
      vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page))
      const socket = connect()
      const before = socket.sent.length
      for (let i = 0; i < 5; i += 1) page.dispatchEvent(new Event(name))
      expect(socket.sent.slice(before)).toEqual(['{"type":"ping","n":0}'])
      vi.advanceTimersByTime(2_999)
      expect(link.state.phase).toBe('open')
      vi.advanceTimersByTime(1)

      expect(link.state.phase).toBe('waiting')
      vi.unstubAllGlobals()
    },
  )
})

describe('quietly', () => {
  it('gives the timer back, whatever kind the runtime has', () => {
    expect(quietly(7)).toBe(7)
    const timer = setTimeout(() => undefined, 1)
    expect(quietly(timer)).toBe(timer)
    clearTimeout(timer)
  })
})
