// Prints what a writer allocates per token and per custom event, bytes: run with --expose-gc and so large a --max-semi-space-size that nothing is collected meanwhile.
import { memoryTransport, startRun } from '@llmmon/core'

const events = 20_480
const data = 'x'.repeat(120)

/** @param {(run: import('@llmmon/core').Run) => void} say */
async function bytesPer(say) {
  const transport = memoryTransport()
  const run = startRun({ name: 'c', transport })
  const burst = async () => {
    for (let i = 0; i < 64; i += 1) say(run)
    await run.flushed()
  }
  for (let i = 0; i < 100; i += 1) await burst()
  globalThis.gc?.()
  const before = process.memoryUsage().heapUsed
  for (let n = 0; n < events; n += 64) await burst()
  const bytes = (process.memoryUsage().heapUsed - before) / events
  await transport.close()
  return bytes
}

const token = await bytesPer((run) => run.token('token '))
const event = await bytesPer((run) => run.custom('e', data))
console.log(JSON.stringify({ token, event }))
