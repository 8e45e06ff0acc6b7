import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** Gives numbers from 0 to 1, the same for the same seed: a failure can be run again. */
export function randomFrom(seed: number): () => number {
  let state = Math.imul(seed ^ (seed >>> 15), 2_246_822_519) >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

const texts = [
  '{"type":"hello"}',
  '{"type":"hello","token":"t"}',
  '{"type":"hello","token":"wrong"}',
  '{"type":"subscribe","ref":1,"run_id":"r"}',
  '{"type":"subscribe","ref":2,"run_id":"r2","from":{"epoch":"5","seq":7},"token":"x"}',
  '{"type":"unsubscribe","ref":3,"run_id":"r"}',
  '{"type":"cancel","ref":4,"run_id":"r3","reason":"why"}',
  '{"type":"auth","ref":5,"token":"t2"}',
  '{"type":"ping","n":6}',
  '{"type":"teleport","ref":7}',
]

/** What is put in place of a value. */
const odd = [
  'null',
  '-1',
  '1e999',
  '9007199254740993',
  '0.5',
  '""',
  '"__proto__"',
  '"constructor"',
  '"r\\u0000"',
  '"\\ud800"',
  `"${'x'.repeat(9_000)}"`,
  '[]',
  '{"__proto__":{"polluted":true}}',
  `${'['.repeat(40)}${']'.repeat(40)}`,
  `${'{"a":'.repeat(30)}1${'}'.repeat(30)}`,
  'true,"type":"hello"',
]

/** Frames and handshakes of somebody who means no good, or whose program is broken. */
export class Stranger {
  readonly #random: () => number
  readonly #port: number

  constructor(port: number, random: () => number) {
    this.#port = port
    this.#random = random
  }

  /** Connects, greets in some way, sends so many frames in one go, and is gone without a word. */
  async visit(frames: number): Promise<void> {
    const socket = await this.#connect()
    socket.write(this.#chance(0.02) ? this.#scramble(Buffer.from(this.#handshake())) : this.#handshake())
    await anAnswer(socket)
    const sent = [this.#frame(Buffer.from(this.#pick(texts.slice(0, 2))))]
    for (let i = 1; i < frames; i += 1) sent.push(this.#anything())
    if (this.#chance(0.2)) sent.unshift(this.#anything())
    await new Promise((resolve) => socket.write(Buffer.concat(sent), resolve))
    // Some wait for an answer or the close, some do not.
    if (this.#chance(0.5)) await anAnswer(socket)
    socket.resetAndDestroy()
  }

  /** Begins a handshake and breaks off behind so many bytes. */
  async breakOff(bytes: number): Promise<void> {
    const socket = await this.#connect()
    await new Promise((resolve) => socket.write(this.#handshake().slice(0, bytes), resolve))
    socket.resetAndDestroy()
  }

  get handshakeLength(): number {
    return this.#handshake().length
  }

  async #connect(): Promise<Socket> {
    const socket = connect(this.#port, '127.0.0.1')
    socket.on('error', () => undefined)
    socket.resume()
    await once(socket, 'connect')
    return socket
  }

  #handshake(): string {
    const path = this.#chance(0.1) ? '/ws/chain/r/' : '/ws'
    const lines = [
      `GET ${path} HTTP/1.1`,
      `Host: 127.0.0.1:${this.#port}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      ...(path === '/ws' ? ['Sec-WebSocket-Protocol: llmmon.v1'] : []),
    ]
    return `${lines.join('\r\n')}\r\n\r\n`
  }

  #anything(): Buffer {
    const text = this.#pick(texts)
    const kind = this.#random()
    if (kind < 0.3) return this.#frame(Buffer.from(text))
    if (kind < 0.6) return this.#frame(Buffer.from(this.#withOddValue(text)))
    if (kind < 0.8) return this.#frame(this.#scramble(Buffer.from(text)))
    if (kind < 0.85)
      return this.#frame(Buffer.from(text), this.#pick([0x01, 0x00, 0x80, 0x82, 0x88, 0x89, 0x8a, 0xc1, 0x8f]))
    if (kind < 0.9) return Buffer.concat(Array.from({ length: 20 }, () => this.#frame(Buffer.alloc(0), 0x89)))
    if (kind < 0.95) return Buffer.concat(Array.from({ length: 20 }, () => this.#frame(Buffer.alloc(0), 0x01)))
    return this.#scramble(this.#frame(Buffer.from(text)))
  }

  #withOddValue(text: string): string {
    const values = [...text.matchAll(/:("[^"]*"|\d+|\{[^}]*\})/g)]
    const { index, 1: value = '' } = this.#pick(values)
    return `${text.slice(0, index + 1)}${this.#pick(odd)}${text.slice(index + 1 + value.length)}`
  }

  /** Some bytes changed, taken out, doubled, or all behind one of them gone. */
  #scramble(bytes: Buffer): Buffer {
    let changed = Buffer.from(bytes)
    for (let i = 1 + this.#number(3); i > 0; i -= 1) {
      const at = this.#number(changed.length)
      const kind = this.#number(4)
      if (kind === 0 && at < changed.length) changed[at] = this.#number(256)
      else if (kind === 1) changed = Buffer.concat([changed.subarray(0, at), changed.subarray(at + 1)])
      else if (kind === 2) changed = Buffer.concat([changed.subarray(0, at), changed.subarray(Math.max(0, at - 9))])
      else changed = changed.subarray(0, at)
    }
    return changed
  }

  #frame(payload: Buffer, first = 0x81): Buffer {
    const mask = Buffer.from(Array.from({ length: 4 }, () => this.#number(256)))
    const masked = Buffer.from(payload.map((byte, i) => byte ^ (mask[i % 4] as number)))
    const { length } = payload
    const head = length < 126 ? [first, 0x80 | length] : [first, 0xfe, length >> 8, length & 255]
    return Buffer.concat([Buffer.from(head), mask, masked])
  }

  #pick<Item>(list: readonly Item[]): Item {
    return list[this.#number(list.length)] as Item
  }

  #number(below: number): number {
    return Math.floor(this.#random() * below)
  }

  #chance(chance: number): boolean {
    return this.#random() < chance
  }
}

/** Waits for an answer or the close, but not for what may never come. */
async function anAnswer(socket: Socket): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer)
      socket.off('data', done).off('close', done)
      resolve()
    }
    const timer = setTimeout(done, 50)
    socket.on('data', done).on('close', done)
  })
}
