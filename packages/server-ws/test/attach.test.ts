import type { Server } from 'node:http'
import { memoryTransport } from '@llmmon/core'
import { type Listening, listen } from '@llmmon/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { attach } from '../src/attach.js'
import { allowAnyone, createMonitorServer } from '../src/index.js'

let http: Listening

beforeEach(async () => {
  http = await listen()
})

afterEach(() => http.close())

function statusOf(path: string): Promise<number | undefined> {
  const ws = new WebSocket(`${http.wsUrl}${path}`, ['llmmon.v1'])
  return new Promise((resolve) => {
    ws.on('open', () => {
      resolve(101)
      ws.terminate()
    })
    ws.on('error', () => undefined)
    ws.on('unexpected-response', (_, { statusCode }) => {
      resolve(statusCode)
      ws.terminate()
    })
  })
}

describe('attach', () => {
  it.each([
    [null, '/ws', 'Expected attach(server)'],
    [{}, '/ws', 'Expected attach(server)'],
    [{ on: () => undefined, listeners: () => [] }, 'ws', 'starts with "/"; got "ws"'],
    [{ on: () => undefined, listeners: () => [] }, 5, 'starts with "/"; got 5'],
  ])('refuses %j and %j in words', (server, path, message) => {
    expect(() => attach(server as Server, path as string, () => undefined)).toThrow(message)
  })

  it('answers what nobody knows once, also where servers of ours share the HTTP server, and leaves it to its owner', async () => {
    const transport = memoryTransport()
    const servers = ['/ws', '/other'].map((path) => {
      const server = createMonitorServer({ transport, authorize: allowAnyone })
      server.attach(http.server, { path })
      return server
    })
    expect([await statusOf('/ws'), await statusOf('/other'), await statusOf('/nowhere')]).toEqual([101, 101, 404])
    http.server.on('upgrade', (request, socket) => {
      if (request.url === '/nowhere') socket.end('HTTP/1.1 418 Teapot\r\n\r\n')
    })
    expect(await statusOf('/nowhere')).toBe(418)
    await Promise.all(servers.map((server) => server.close()))

    expect(http.server.listenerCount('upgrade')).toBe(1)
  })
})
