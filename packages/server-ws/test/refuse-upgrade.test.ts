import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { refuseUpgrade } from '../src/refuse-upgrade.js'

describe('refuseUpgrade', () => {
  it('answers in HTTP and closes the socket', async () => {
    const socket = new PassThrough()
    const closed = new Promise((resolve) => socket.on('close', resolve))
    refuseUpgrade(socket, 503, 'full\n', ['Retry-After: 5'])
    const text = String(socket.read())
    await closed

    expect(text.split('\r\n')).toEqual([
      'HTTP/1.1 503 Service Unavailable',
      'Connection: close',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Length: 5',
      'Retry-After: 5',
      '',
      'full\n',
    ])
  })

  it('says nothing to a socket that is gone', () => {
    const socket = new PassThrough()
    socket.destroy()

    expect(() => refuseUpgrade(socket, 404, 'no')).not.toThrow()
  })
})
