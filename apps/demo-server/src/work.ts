import type { Transport } from '@llmmon/core'
import type { JobQueue } from './job-queue.js'
import type { Author } from './summarise/author.js'
import { createSummariseChain } from './summarise/chain.js'

/** What a worker works with. */
export interface WorkOptions {
  readonly transport: Transport
  readonly queue: JobQueue
  readonly author: Author
  readonly pace: number
}

/** How long to wait when Redis cannot be reached, ms. */
const retryMs = 1_000

/** Runs the chain on the jobs of a queue, one after another, until it is closed. */
export function startWork({ transport, queue, author, pace }: WorkOptions): { close(): Promise<void> } {
  // A job whose worker died is run again under its id: its pages get a reset, and see it through.
  const chain = createSummariseChain({ transport, author, pace: { wordDelayMs: pace }, ifExists: 'replace' })
  let isClosed = false
  let hasRecovered = false
  void work()
  return {
    async close() {
      isClosed = true
      queue.close()
      await transport.close()
    },
  }

  async function work(): Promise<void> {
    while (!isClosed) {
      try {
        if (!hasRecovered) await queue.recover()
        hasRecovered = true
        const job = await queue.take()
        if (!job) continue
        const { runId, title, document } = job
        // How it ends is the run's to tell.
        await chain.execute(document, { runId, metadata: { title } }).catch(() => undefined)
        await queue.done(runId)
      } catch {
        if (!isClosed) await new Promise((resolve) => setTimeout(resolve, retryMs))
      }
    }
  }
}
