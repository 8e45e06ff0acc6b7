import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

const bytesPerAck = 4

/** Where a publisher hears which runs have had an event delivered. */
export interface AckListener {
  readonly port: number
  close(): void
}

/** Listens for acknowledgements; each names a run by its index. */
export async function listenForAcks(take: (run: number) => void): Promise<AckListener> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    let rest = Buffer.alloc(0)
    socket.on('error', () => undefined)
    socket.on('data', (data) => {
      const bytes = rest.length > 0 ? Buffer.concat([rest, data]) : data
      const end = bytes.length - (bytes.length % bytesPerAck)
      for (let at = 0; at < end; at += bytesPerAck) take(bytes.readUInt32LE(at))
      rest = bytes.subarray(end)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

/** Tells a publisher which runs have had an event delivered: all of a turn of the event loop in one write. */
export async function openAckLine(port: number): Promise<(run: number) => void> {
  const socket = connect(port, '127.0.0.1')
  socket.setNoDelay(true)
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  let waiting: number[] = []
  const flush = () => {
    const bytes = Buffer.allocUnsafe(waiting.length * bytesPerAck)
    for (const [i, run] of waiting.entries()) bytes.writeUInt32LE(run, i * bytesPerAck)
    waiting = []
    socket.write(bytes)
  }
  return (run) => {
    if (waiting.length === 0) setImmediate(flush)
    waiting.push(run)
  }
}
