// The demo's server with a chain that says in every field what it is told, and ends as the first word of its document says.
import { memoryTransport, monitorChain } from '@llmmon/core'

const hostile = JSON.parse(process.argv[2] ?? '[]').join(' ')
const { serveDemo } = await import(new URL('../../../demo-server/dist/serve.js', import.meta.url).href)
const transport = memoryTransport()

const chain = monitorChain(
  async (/** @type {string} */ ending, run) => {
    run.custom(hostile, { [hostile]: hostile })
    await run.step(hostile, async (step) => {
      step.progress(10, hostile)
      await step.step(
        `inner ${hostile}`,
        (inner) => inner.step(`innermost ${hostile}`, () => ({ [hostile]: hostile }), { kind: hostile }),
        { result: () => hostile },
      )
      step.token(hostile, { channel: 'reasoning' })
      await step.tap([hostile, `\n\n${hostile}`])
      step.usage({ [hostile]: 1 })
    })
    await run.step(`failing ${hostile}`, () => Promise.reject(new Error(hostile))).catch(() => undefined)
    run.progress(50, hostile)
    if (ending === 'fail') throw new Error(hostile)
    if (ending === 'summary') {
      return { summary: hostile, outline: [hostile], keywords: [hostile], stats: { words: hostile } }
    }
    if (ending === 'other') return { [hostile]: [hostile] }
    await new Promise((_, reject) => run.signal.addEventListener('abort', () => reject(run.signal.reason)))
  },
  { name: hostile, transport, limits: {} },
)

const demo = await serveDemo({
  transport,
  author: { name: hostile, connected: true },
  port: 0,
  start(/** @type {Uint8Array} */ document) {
    const ending = new TextDecoder().decode(document)
    const { runId, cancel } = chain.start(ending, { metadata: { title: hostile, [hostile]: hostile }, tags: [hostile] })
    if (ending === 'stop') setTimeout(() => void cancel(hostile), 200)
    return runId
  },
})
process.stdin.resume().on('end', () => process.exit(0))
console.log(demo.url)
