import { once } from 'node:events'
import { createServer } from 'node:net'

// Below the range from which systems give ports to outgoing connections: one that is free now stays so until it is used.
const [lowest, highest] = [10_000, 20_999]
/** How much higher the nodes of a cluster listen for each other. */
const busOffset = 10_000

let next = lowest + Math.floor(Math.random() * (highest - lowest))

/** A port of the loopback address that nobody listens on, nor on the one 10,000 above it: for servers that cannot choose one themselves. */
export async function freePort(): Promise<number> {
  for (;;) {
    next = next >= highest ? lowest : next + 1
    const port = next
    if ((await isFree(port)) && (await isFree(port + busOffset))) return port
  }
}

/** The lower of two such ports, one after the other. */
export async function freePortPair(): Promise<number> {
  for (let port = await freePort(); ; port = next) {
    const following = await freePort()
    if (following === port + 1) return port
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch {
    return false
  }
  server.close()
  await once(server, 'close')
  return true
}
