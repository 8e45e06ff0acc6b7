// A web server as its owner would write it: prints its address, drains when it is told to go.

import { createServer } from 'node:http'
import { memoryTransport, startRun } from '@llmmon/core'
import { allowAnyone, createMonitorServer } from '@llmmon/server-ws'

// It ends with whoever has started it.
process.stdin
  .on('end', () => process.exit(3))
  .resume()
  .unref()
const transport = memoryTransport()
const monitor = createMonitorServer({ transport, authorize: allowAnyone })
const server = createServer((request, response) => {
  if (request.url === '/rss') response.end(String(process.memoryUsage().rss))
  else if (request.url === '/busy') response.end(speak())
  else monitor.readyz(request, response)
})
monitor.attach(server)
startRun({ name: 'c', transport, runId: 'r' })

// A run that says something 500 times, then ends.
function speak() {
  const run = startRun({ name: 'busy', transport, runId: 'busy' })
  let said = 0
  const timer = setInterval(() => {
    run.custom('n', said)
    said += 1
    if (said < 500) return
    clearInterval(timer)
    run.complete()
  }, 2)
  return 'busy'
}

process.once('SIGTERM', async () => {
  server.close()
  await monitor.close({ drainMs: Number(process.argv[2] ?? 0) })
  await transport.close()
})
server.listen(0, '127.0.0.1', () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  console.log(`ws://127.0.0.1:${port}/ws`)
})
