import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { llmmonClient, socketIoClient } from '../client-files.js'
import type { Figures, Row, Workload } from './workload.js'

/** What a page has to load. */
export const bundleSize: Workload = {
  name: 'bundle',
  title: 'What a page loads',
  about: 'The client as one script for a page: minified, then compressed by gzip at its best.',
  cases: () => [
    {
      title: 'bytes',
      figures: [
        { key: 'bytes', title: 'minified', digits: 0, hasRatio: true },
        { key: 'gzip', title: 'and compressed', digits: 0, hasRatio: true },
      ],
      rows: [row('llmmon', '**llmmon**', llmmonClient), row('socket-io', 'socket.io-client', socketIoClient)],
      limit: 'llmmon',
    },
  ],
}

function row(driver: 'llmmon' | 'socket-io', title: string, file: string): Row {
  return { key: driver, title, driver, measure: async () => sizes(readFileSync(file)) }
}

function sizes(text: Buffer): Figures {
  return { bytes: text.length, gzip: gzipSync(text, { level: 9 }).length }
}
