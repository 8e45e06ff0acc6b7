// One process of the demo with Redis: `worker <redis> [pace]`, or `web <redis> <port>`. Ends with its parent.
import { reserveRun } from '@llmmon/core'
import { redisTransport } from '@llmmon/transport-redis'
import { createJobQueue } from './job-queue.js'
import { serveDemo, watchablePaceMs } from './serve.js'
import { chooseAuthor } from './summarise/choose-author.js'
import { startWork } from './work.js'

const [role = '', redis = '', setting = ''] = process.argv.slice(2)
const transport = redisTransport({ url: redis })
const queue = createJobQueue(redis)
const author = chooseAuthor(process.env)

const running =
  role === 'worker'
    ? startWork({ transport, queue, author, pace: setting === '' ? watchablePaceMs : Number(setting) })
    : await serveDemo({
        transport,
        author,
        port: Number(setting),
        start: async (document, title) => {
          const { runId } = await reserveRun({ transport, name: 'summarise', metadata: { title } })
          await queue.add({ runId, title, document })
          return runId
        },
      })

async function leave(): Promise<void> {
  queue.close()
  await running.close()
  process.exit(0)
}

process.once('disconnect', leave)
// The parent may have gone while this one was still starting: that is not told a second time.
if (!process.connected) await leave()
