// A program that watches a run: says where it stands, and at the end all that it was told.

import { createMonitorClient } from '@llmmon/client'
import { WebSocket } from 'ws'

// It ends with whoever has started it.
process.stdin
  .on('end', () => process.exit(3))
  .resume()
  .unref()
const client = createMonitorClient({ url: process.argv[2], WebSocket })
const monitor = client.monitor('r')
/** @type {unknown[]} */
const events = []
/** @type {string[]} */
const resets = []
monitor.onEvent((event) => {
  events.push(event)
  if (events.length === 1) console.log('watching')
})
monitor.onReset(({ reason }) => resets.push(reason))
await monitor.result
client.close()
console.log(JSON.stringify({ events, resets }))
