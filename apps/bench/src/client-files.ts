import { fileURLToPath } from 'node:url'

const path = (from: string) => fileURLToPath(new URL(from, import.meta.url))

/** The client of llmmon as a page loads it: minified, with everything it needs. */
export const llmmonClient = path('../../../packages/client/dist/chain-monitor.global.js')

/** The client of Socket.IO as a page loads it. */
export const socketIoClient = path('../peers/socket-io/node_modules/socket.io-client/dist/socket.io.min.js')

/** A page, or its script. */
export function pageFile(name: string): string {
  return path(`../pages/${name}`)
}
