import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A TCP proxy that can do to connections what networks do. */
export interface TcpProxy {
  readonly port: number
  /** How many connections have been made through it. */
  readonly accepted: number
  /** Cuts every connection now, as a reset. */
  cut(): void
  /** Cuts the connections once so many more bytes have gone to the client. */
  cutAfter(bytes: number): void
  /** From now on everything that comes waits so long, ms, and goes on in pieces of so many bytes; 0 for neither. */
  slow(delayMs: number, pieceBytes: number): void
  /** New connections go to another port of this machine. */
  aim(targetPort: number): void
  /** Lets nothing through any more, in either direction, without closing: a half-open link. What was sent meanwhile comes late, as TCP has it. */
  blackhole(isOn: boolean): void
  close(): Promise<void>
}

/** Starts a proxy on a free port of the loopback address, in front of a port of this machine. */
export async function tcpProxy(targetPort: number): Promise<TcpProxy> {
  const pairs = new Set<readonly [Socket, Socket]>()
  let accepted = 0
  let bytesLeft = Number.POSITIVE_INFINITY
  let isBlackhole = false
  let target = targetPort
  let [delayMs, pieceBytes] = [0, 0]

  const pass = (data: Buffer, to: Socket) => {
    if (delayMs === 0 && pieceBytes === 0) return void to.write(data)
    const size = pieceBytes || data.length
    // A timer of the same length each: nothing overtakes.
    setTimeout(() => {
      for (let at = 0; at < data.length && to.writable; at += size) to.write(data.subarray(at, at + size))
    }, delayMs)
  }

  const cut = () => {
    for (const [inner, outer] of pairs) {
      inner.resetAndDestroy()
      outer.resetAndDestroy()
    }
    pairs.clear()
  }

  const server = createServer((inner) => {
    accepted += 1
    const outer = connect(target, '127.0.0.1').setNoDelay()
    inner.setNoDelay()
    const pair = [inner, outer] as const
    pairs.add(pair)
    const forget = () => {
      pairs.delete(pair)
      inner.destroy()
      outer.destroy()
    }
    for (const socket of pair) socket.on('error', forget).on('close', forget)
    inner.on('data', (data) => pass(data, outer))
    outer.on('data', (data) => {
      const passed = data.subarray(0, Math.max(0, bytesLeft))
      bytesLeft -= data.length
      if (passed.length > 0) pass(passed, inner)
      if (bytesLeft > 0) return
      bytesLeft = Number.POSITIVE_INFINITY
      // What was passed has to arrive before the reset does.
      inner.end()
      outer.resetAndDestroy()
    })
    if (isBlackhole) for (const socket of pair) socket.pause()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    port: (server.address() as AddressInfo).port,
    get accepted() {
      return accepted
    },
    cut,
    cutAfter(bytes) {
      bytesLeft = bytes
    },
    slow(delay, piece) {
      delayMs = delay
      pieceBytes = piece
    },
    aim(port) {
      target = port
    },
    blackhole(isOn) {
      isBlackhole = isOn
      for (const socket of [...pairs].flat()) isOn ? socket.pause() : socket.resume()
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        cut()
      }),
  }
}
