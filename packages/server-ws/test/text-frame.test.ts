import { listen } from '@llmmon/testkit'
import { describe, expect, it } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { TextFrame } from '../src/text-frame.js'

describe('TextFrame', () => {
  it.each([0, 1, 125, 126, 127, 65_535, 65_536, 200_000])('carries %i bytes, and its payload is the text', (length) => {
    const text = 'x'.repeat(length)
    const frame = new TextFrame(text)
    const { whole, payload } = frame

    expect([payload.toString(), String(frame)]).toEqual([text, text])
    expect(whole.length - payload.length).toBe(length < 126 ? 2 : length < 65_536 ? 4 : 10)
  })

  it('is what another implementation reads: short, medium and long, of any characters, one after the other', async () => {
    const texts = ['{}', 'größer 🙂', 'x'.repeat(125), 'y'.repeat(126), 'z'.repeat(65_535), '🙂'.repeat(20_000)]
    const place = await listen()
    const sockets = new WebSocketServer({ noServer: true })
    place.server.on('upgrade', (request, socket, head) => {
      sockets.handleUpgrade(request, socket, head, () => {
        for (const text of texts) socket.write(new TextFrame(text).whole)
      })
    })
    const ws = new WebSocket(place.wsUrl)
    const got: string[] = []
    await new Promise<void>((resolve) => {
      ws.on('message', (data) => got.push(data.toString()) === texts.length && resolve())
    })

    expect(got).toEqual(texts)
    ws.terminate()
    await place.close()
  })
})
