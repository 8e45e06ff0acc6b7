import { memoryTransport } from '@llmmon/core'
import { readOptions, usage } from './options.js'
import { startRedisDemo } from './redis-demo.js'
import { serveDemo, watchablePaceMs } from './serve.js'
import { createSummariseChain } from './summarise/chain.js'
import { chooseAuthor } from './summarise/choose-author.js'
import { runInTerminal } from './terminal.js'

/**
 * The demo: serves its page, or does the page's job in the terminal and ends.
 *
 * @returns how to close it, or undefined when there is nothing left to close.
 */
export async function main(argv: readonly string[]): Promise<{ close(): Promise<void> } | undefined> {
  try {
    const options = readOptions(argv, process.env)
    if (options.help) {
      console.log(usage)
      return undefined
    }
    const author = await chooseAuthor(process.env)
    const { port, pace, redis } = options
    if (redis !== undefined) return startRedisDemo({ redis, port, pace })
    const transport = memoryTransport()
    if (options.run !== undefined) {
      process.exitCode = await runInTerminal(options.run, { transport, author, pace })
      await transport.close()
      return undefined
    }
    const chain = createSummariseChain({ transport, author, pace: { wordDelayMs: pace ?? watchablePaceMs } })
    const start = (document: Uint8Array, title: string) => chain.start(document, { metadata: { title } }).runId
    const demo = await serveDemo({ transport, author, port, start })
    const how = author.connected
      ? `Written by ${author.name}.`
      : 'No LLM is connected: summaries are made of the best sentences.'
    console.log(`llmmon demo: ${demo.url}\n${how} Stop with Ctrl-C.`)
    return demo
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    console.error(`\n${usage}`)
    process.exitCode = 1
    return undefined
  }
}
