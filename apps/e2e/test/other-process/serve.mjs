// A web server as its owner would write it: prints its address, drains when it is told to go.
import { createServer } from 'node:http'
import { memoryTransport, startRun } from '@llmmon/core'
import { allowAnyone, createMonitorServer } from '@llmmon/server-ws'

const transport = memoryTransport()
const monitor = createMonitorServer({ transport, authorize: allowAnyone })
const server = createServer((request, response) => monitor.readyz(request, response))
monitor.attach(server)
startRun({ name: 'c', transport, runId: 'r' })
process.once('SIGTERM', async () => {
  server.close()
  await monitor.close({ drainMs: Number(process.argv[2] ?? 0) })
  await transport.close()
})
server.listen(0, '127.0.0.1', () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  console.log(`ws://127.0.0.1:${port}/ws`)
})
