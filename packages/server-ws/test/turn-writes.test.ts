import { Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { holdWrites } from '../src/turn-writes.js'

function recorder() {
  const writes: string[] = []
  const socket = new Writable({
    write(chunk, _encoding, done) {
      writes.push(String(chunk))
      done()
    },
    writev(chunks, done) {
      writes.push(chunks.map(({ chunk }) => String(chunk)).join(''))
      done()
    },
  })
  return { socket, writes }
}

const nextTick = () => new Promise<void>((resolve) => process.nextTick(resolve))

describe('holdWrites', () => {
  it('joins what a socket is given in one turn, and lets go after it', async () => {
    const { socket, writes } = recorder()
    for (const text of ['a', 'b', 'c']) {
      holdWrites(socket)
      socket.write(text)
    }
    expect(writes).toEqual([])
    await nextTick()
    expect(writes).toEqual(['abc'])

    socket.write('d')
    expect(writes).toEqual(['abc', 'd'])
    expect(socket.writableCorked).toBe(0)
  })

  it('lets go of all sockets of a turn, and of those that are written to meanwhile in the next', async () => {
    const [one, other] = [recorder(), recorder()]
    holdWrites(one.socket)
    one.socket.write('1', () => {
      holdWrites(other.socket)
      other.socket.write('2')
    })
    await nextTick()
    await nextTick()

    expect([one.writes, other.writes]).toEqual([['1'], ['2']])
  })
})
