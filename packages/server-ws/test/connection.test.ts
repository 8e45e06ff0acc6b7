import { EventEmitter } from 'node:events'
import { memoryTransport } from '@llmmon/core'
import { afterEach, beforeEach, describe, expect, it, type Mock, vi } from 'vitest'
import type { WebSocket } from 'ws'
import { Connection, type ConnectionUser } from '../src/connection.js'
import { allowAnyone, resolveOptions } from '../src/options.js'

class ScriptedSocket extends EventEmitter {
  readonly OPEN = 1
  readyState = 1
  bufferedAmount = 0
  readonly sent: string[] = []
  readonly closes: [number, string][] = []
  terminated = 0
  pings = 0

  send(frame: string | Buffer, _options: object, done: () => void): void {
    this.sent.push(frame.toString())
    this.callbacks.push(done)
  }

  readonly callbacks: (() => void)[] = []

  close(code: number, reason: string): void {
    this.closes.push([code, reason])
  }

  terminate(): void {
    this.terminated += 1
  }

  ping(): void {
    this.pings += 1
  }
}

let now: number
let ws: ScriptedSocket
let connection: Connection
let user: { readonly [Name in Exclude<keyof ConnectionUser, 'identity'>]: Mock<ConnectionUser[Name]> }

function open(sendsHeartbeats = true): void {
  now = 0
  ws = new ScriptedSocket()
  const options = resolveOptions({ transport: memoryTransport(), authorize: allowAnyone })
  connection = new Connection(ws as unknown as WebSocket, undefined, options, () => now, sendsHeartbeats)
  user = { receive: vi.fn(), drained: vi.fn(), tick: vi.fn(), close: vi.fn(), gone: vi.fn(), endRun: vi.fn() }
  connection.use({ identity: undefined, ...user })
}

beforeEach(() => open())
afterEach(() => vi.restoreAllMocks())

function pass(ms: number): void {
  for (let left = ms; left > 0; left -= 1_000) {
    now += 1_000
    connection.tick(now)
  }
}

describe('Connection', () => {
  it('says something when it has said nothing for long, and not where frames are events only', () => {
    pass(24_000)
    expect(ws.sent.map((text) => JSON.parse(text).type)).toEqual(['hb'])
    open(false)
    pass(24_000)

    expect(ws.sent).toEqual([])
  })

  it('pings, and gives up who answers nothing for two heartbeats', () => {
    pass(25_000)
    expect([ws.pings, ws.terminated]).toEqual([1, 0])
    ws.emit('pong')
    pass(50_000)
    expect(ws.terminated).toBe(0)
    pass(1_000)

    expect(ws.terminated).toBe(1)
  })

  it('closes who makes no progress for ten seconds with the code to come back', () => {
    ws.bufferedAmount = 300_000
    pass(5_000)
    ws.bufferedAmount = 290_000
    pass(10_000)
    expect(user.close).not.toHaveBeenCalled()
    pass(2_000)

    expect(user.close).toHaveBeenCalledWith(4502, expect.any(String))
  })

  it('keeps who is slow but takes what it is given', () => {
    connection.send('x')
    for (let i = 0; i < 30; i += 1) {
      ws.callbacks[0]?.()
      ws.bufferedAmount = 300_000 + i * 1_000
      ws.emit('pong')
      pass(1_000)
    }

    expect(user.close).not.toHaveBeenCalled()
  })

  it('lets what was said before a close arrive at the pace of the connection, except where that is too slow', () => {
    ws.bufferedAmount = 200_000
    connection.close(1000, 'done')
    for (let i = 1; i < 10; i += 1) {
      pass(5_000)
      ws.bufferedAmount -= 20_000
    }
    pass(1_000)
    expect(ws.terminated).toBe(0)
    pass(11_000)
    expect(ws.terminated).toBeGreaterThan(0)
    open()
    ws.bufferedAmount = 300_000
    connection.close(4502, 'too slow')
    pass(2_000)

    expect(ws.terminated).toBe(1)
  })

  it('tells when there is room again', () => {
    connection.send('x')
    ws.bufferedAmount = 300_000
    ws.callbacks[0]?.()
    expect(user.drained).not.toHaveBeenCalled()
    ws.bufferedAmount = 100
    ws.callbacks[0]?.()

    expect(user.drained).toHaveBeenCalledTimes(1)
  })

  it('takes text only', () => {
    ws.emit('message', Buffer.from('text'), false)
    ws.emit('message', Buffer.from('binary'), true)

    expect(user.receive.mock.calls).toEqual([['text']])
    expect(user.close).toHaveBeenCalledWith(4400, expect.any(String))
  })

  it('closes once, with a reason that fits, and ends it when the other side does not', () => {
    connection.close(4400, '💥'.repeat(100))
    connection.close(1000, 'again')
    connection.send('late')
    pass(2_000)

    expect(ws.closes).toHaveLength(1)
    expect(Buffer.byteLength(ws.closes[0]?.[1] ?? '')).toBeLessThanOrEqual(123)
    expect([ws.sent, ws.terminated]).toEqual([[], 1])
  })

  it('survives an error of its socket, and tells that it is gone', () => {
    ws.emit('error', new Error('invalid frame'))
    ws.emit('close')

    expect(user.gone).toHaveBeenCalledTimes(1)
  })

  it('is passed by while it is quiet, and looked at when it has said or heard something', () => {
    user.tick.mockReturnValue(Number.POSITIVE_INFINITY)
    pass(1_000)
    user.tick.mockClear()
    pass(20_000)
    expect(user.tick).not.toHaveBeenCalled()
    ws.emit('message', Buffer.from('{}'), false)
    pass(1_000)
    expect(user.tick).toHaveBeenCalledTimes(1)
    connection.send('x')
    pass(2_000)
    expect(user.tick).toHaveBeenCalledTimes(3)
    for (const left of ws.callbacks.splice(0)) left()
    pass(2_000)

    expect(user.tick).toHaveBeenCalledTimes(4)
  })

  it('is looked at when it is woken', () => {
    user.tick.mockReturnValue(Number.POSITIVE_INFINITY)
    pass(2_000)
    user.tick.mockClear()
    connection.wake()
    pass(2_000)

    expect(user.tick).toHaveBeenCalledTimes(1)
  })

  it('is looked at when its user asks for it', () => {
    user.tick.mockReturnValue(10_000)
    pass(15_000)

    expect(user.tick.mock.calls.map(([at]) => at)).toEqual([1_000, 10_000, 11_000, 12_000, 13_000, 14_000, 15_000])
  })

  it('does not take the time in which nothing was said for a lack of progress', () => {
    user.tick.mockReturnValue(Number.POSITIVE_INFINITY)
    pass(20_000)
    ws.bufferedAmount = 300_000
    connection.send('large')
    pass(9_000)

    expect(user.close).not.toHaveBeenCalled()
  })
})
