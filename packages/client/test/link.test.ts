import { LlmmonError } from '@llmmon/core/protocol'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createLink, type Link, type LinkOptions, quietly } from '../src/link.js'
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
let open: () => WebSocketLike

const options: LinkOptions = {
  open: () => open(),
  greet: () => link.send({ type: 'hello' }),
  receive: (text) => received.push(text),
  forgetPositions: () => received.push('forget'),
  changed: ({ phase }) => phases.push(phase),
}

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
  link = createLink(options)
})

afterEach(() => {
  link.handle({ type: 'close' })
  vi.useRealTimers()
  vi.restoreAllMocks()
})

function connect(): ScriptedSocket {
  link.handle({ type: 'need' })
  const socket = sockets.at(-1) as ScriptedSocket
  socket.open()
  link.handle({ type: 'welcome' })
  return socket
}

describe('Link', () => {
  it('opens when it is needed, greets, and closes when it is not', () => {
    const socket = connect()
    link.handle({ type: 'unneeded' })

    expect(phases).toEqual(['connecting', 'greeting', 'open', 'idle'])
    expect(socket.sent).toEqual(['{"type":"hello"}'])
    expect(socket.closes).toEqual([1000])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('comes back after a while, and hears nothing of the socket it has given up', () => {
    const old = connect()
    old.lose(1006)
    expect(link.state().phase).toBe('waiting')
    vi.advanceTimersByTime(500)
    old.say('late')
    old.lose(4403)

    expect(sockets).toHaveLength(2)
    expect(received).toEqual([])
    expect(link.state().phase).toBe('connecting')
  })

  it('finds by the clock that a server has gone silent, and comes back', () => {
    const socket = connect()
    for (let i = 0; i < 10; i += 1) {
      vi.advanceTimersByTime(20_000)
      socket.say('hb')
    }
    expect(link.state().phase).toBe('open')
    vi.advanceTimersByTime(41_000)

    expect(socket.closes).toEqual([1000])
    expect(sockets.length).toBeGreaterThan(1)
  })

  it('gives up a connection that never opens', () => {
    link.handle({ type: 'need' })
    vi.advanceTimersByTime(26_000)

    expect(sockets.length).toBeGreaterThan(1)
  })

  it('backs off from a server that accepts and closes for ever', () => {
    link.handle({ type: 'need' })
    for (let i = 0; i < 20; i += 1) {
      const socket = sockets.at(-1) as ScriptedSocket
      socket.open()
      link.handle({ type: 'welcome' })
      socket.lose(1006)
      vi.advanceTimersByTime(20_000)
    }
    // In 400 s: at once at first, then every 20 s.
    expect(sockets.length).toBeLessThan(30)
    expect(link.state().attempt).toBe(20)
  })

  it('is refused, and stays so, where no socket can be made', () => {
    open = () => {
      throw new SyntaxError('bad address')
    }
    link.handle({ type: 'need' })
    vi.advanceTimersByTime(60_000)

    expect(link.state()).toMatchObject({ phase: 'refused', reason: 'bad address' })
    expect(vi.getTimerCount()).toBe(0)
  })

  it('tells a token that could not be had from a runtime that has no WebSocket', async () => {
    link = createLink({ ...options, getToken: () => Promise.reject(new Error('session service down')) })
    link.handle({ type: 'need' })
    await vi.advanceTimersByTimeAsync(0)
    expect(link.state().phase).toBe('waiting')
    link.handle({ type: 'close' })
    link = createLink({ ...options, getToken: async () => 'token' })
    open = () => {
      throw new LlmmonError('no_websocket', 'none here')
    }
    link.handle({ type: 'need' })
    await vi.advanceTimersByTimeAsync(0)

    expect(link.state()).toMatchObject({ phase: 'refused', reason: 'none here' })
  })

  it('opens no socket with a token that comes when nobody wants it any more', async () => {
    let give: (token: string) => void = () => undefined
    const getToken = () => new Promise<string>((resolve) => (give = resolve))
    link = createLink({ ...options, getToken })
    link.handle({ type: 'need' })
    link.handle({ type: 'unneeded' })
    give('late')
    await vi.advanceTimersByTimeAsync(0)

    expect(sockets).toHaveLength(0)
    expect(link.state().phase).toBe('idle')
  })

  it('reports what cannot be used of what the server says, and goes on', () => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    link = createLink({
      ...options,
      receive: (text) => {
        if (text === 'junk') throw new Error('no frame')
        received.push(text)
      },
    })
    const socket = connect()
    socket.say('junk')
    socket.say('good')

    expect(received).toEqual(['good'])
    expect(error).toHaveBeenCalledTimes(1)
  })

  it('sleeps with its page and wakes with it', () => {
    const page = new EventTarget()
    vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
    vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page))
    const socket = connect()
    page.dispatchEvent(new Event('pagehide'))
    expect([link.state().phase, socket.closes.length]).toEqual(['waiting', 1])
    vi.advanceTimersByTime(60_000)
    expect(sockets).toHaveLength(1)
    page.dispatchEvent(new Event('pageshow'))
    vi.advanceTimersByTime(1_000)

    expect(sockets).toHaveLength(2)
    vi.unstubAllGlobals()
  })

  it('goes from a server that is about to go, in its time, and closes the old socket', () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.5)
    const socket = connect()
    link.handle({ type: 'goaway', afterMs: [0, 4_000] })
    vi.advanceTimersByTime(1_999)
    expect([link.state().phase, socket.closes.length, sockets.length]).toEqual(['open', 0, 1])
    vi.advanceTimersByTime(1)

    expect([link.state().phase, socket.closes.length, sockets.length]).toEqual(['connecting', 1, 2])
    vi.restoreAllMocks()
  })

  it('asks again while the page is offline, though something that was on its way has come', () => {
    const page = new EventTarget()
    vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
    vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page))
    vi.stubGlobal('navigator', { onLine: false })
    const socket = connect()
    page.dispatchEvent(new Event('offline'))
    vi.advanceTimersByTime(100)
    socket.onmessage?.({ data: '{"type":"hb","t":0}' } as never)
    vi.advanceTimersByTime(5_899)
    expect(link.state().phase).toBe('open')
    vi.advanceTimersByTime(1)

    expect(link.state().phase).toBe('waiting')
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
      expect(link.state().phase).toBe('open')
      vi.advanceTimersByTime(1)

      expect(link.state().phase).toBe('waiting')
      vi.unstubAllGlobals()
    },
  )

  it('goes on after whoever is told of a change has thrown', () => {
    let hasThrown = false
    link = createLink({
      ...options,
      changed: ({ phase }) => {
        phases.push(phase)
        if (hasThrown) return
        hasThrown = true
        throw new Error('mine')
      },
    })
    expect(() => link.handle({ type: 'need' })).toThrow('mine')
    sockets.at(-1)?.open()

    expect(phases).toEqual(['connecting', 'greeting'])
  })

  it('does not ask a server that owes no heartbeat', () => {
    const page = new EventTarget()
    vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
    const socket = connect()
    link.heartbeatMs = Number.POSITIVE_INFINITY
    const before = socket.sent.length
    for (const name of ['online', 'offline', 'pageshow']) page.dispatchEvent(new Event(name))
    vi.advanceTimersByTime(600_000)

    expect(socket.sent).toHaveLength(before)
    expect(link.state().phase).toBe('open')
    vi.unstubAllGlobals()
  })

  it('says hello with the token of the newest attempt, whichever comes last', async () => {
    const gives: ((token: string) => void)[] = []
    const greeted: unknown[] = []
    link = createLink({
      ...options,
      getToken: () => new Promise<string>((resolve) => gives.push(resolve)),
      greet: (token) => greeted.push(token),
    })
    link.handle({ type: 'need' })
    link.handle({ type: 'unneeded' })
    link.handle({ type: 'need' })
    gives[1]?.('new')
    await vi.advanceTimersByTimeAsync(0)
    gives[0]?.('old')
    await vi.advanceTimersByTimeAsync(0)
    sockets.at(-1)?.open()

    expect(greeted).toEqual(['new'])
    expect(sockets).toHaveLength(1)
  })
})

describe('quietly', () => {
  it('gives the timer back, whatever kind the runtime has', () => {
    expect(quietly(7)).toBe(7)
    const timer = setTimeout(() => undefined, 1)
    expect(quietly(timer)).toBe(timer)
    clearTimeout(timer)
  })
})
