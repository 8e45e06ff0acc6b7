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
  /** Lets nothing through any more, in either direction, without closing: a half-open link. */
  blackhole(isOn: boolean): void
  close(): Promise<void>
}

/** Starts a proxy on a free port of the loopback address, in front of a port of this machine. */
export async function tcpProxy(targetPort: number): Promise<TcpProxy> {
  const pairs = new Set<readonly [Socket, Socket]>()
  let accepted = 0
  let bytesLeft = Number.POSITIVE_INFINITY
  let isBlackhole = false

  const cut = () => {
    for (const [inner, outer] of pairs) {
      inner.resetAndDestroy()
      outer.resetAndDestroy()
    }
    pairs.clear()
  }

  const server = createServer((inner) => {
    accepted += 1
    const outer = connect(targetPort, '127.0.0.1')
    const pair = [inner, outer] as const
    pairs.add(pair)
    const forget = () => {
      pairs.delete(pair)
      inner.destroy()
      outer.destroy()
    }
    for (const socket of pair) socket.on('error', forget).on('close', forget)
    inner.on('data', (data) => {
      if (!isBlackhole) outer.write(data)
    })
    outer.on('data', (data) => {
      if (isBlackhole) return
      const passed = data.subarray(0, Math.max(0, bytesLeft))
      bytesLeft -= data.length
      if (passed.length > 0) inner.write(passed)
      if (bytesLeft > 0) return
      bytesLeft = Number.POSITIVE_INFINITY
      // What was passed has to arrive before the reset does.
      inner.end()
      outer.resetAndDestroy()
    })
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
    blackhole(isOn) {
      isBlackhole = isOn
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        cut()
      }),
  }
}
