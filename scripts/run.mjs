// `npm start`, `npm test` and `npm run check`: brings a fresh clone to the state in which it runs, then does the task.
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { BootstrapError, bootstrap } from './bootstrap.mjs'
import { stopCommands } from './command.mjs'
import { dieWithParent } from './lifeline.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const [task = '', ...args] = process.argv.slice(2)

/** @type {() => Promise<void>} */
let close = async () => {}
let stopping = false

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.on(signal, async () => {
    // The second signal does not wait for an orderly end.
    if (stopping) process.exit(128 + constants.signals[signal])
    stopping = true
    stopCommands()
    await close().catch((error) => console.error(error))
    process.exit(128 + constants.signals[signal])
  })
}
dieWithParent()

if (task === 'start') await start()
else if (task === 'test') await test()
else if (task === 'check') await check()
else {
  console.error(`llmmon: expected start, test or check, found '${task}'`)
  process.exitCode = 2
}

async function start() {
  if (!(await ready())) {
    process.exitCode = 1
    return
  }
  // A file named on the command line is meant from where the person stands.
  process.chdir(process.env.INIT_CWD ?? root)
  const { main } = await import(pathToFileURL(join(root, 'apps/demo-server/dist/main.js')).href)
  const server = await main(args)
  if (server) close = () => server.close()
}

async function test() {
  if (!(await ready())) return finish([{ passed: 0, failed: 1 }])
  const { neededTools, provide } = await import('./tools.mjs')
  const tools = neededTools(root).map((tool) => ({ name: tool.name, find: () => provide(root, tool) }))
  const { checks, runChecks } = await import('./checks.mjs')
  const filtered = args.length > 0
  const checked = await runChecks(filtered ? tools : [...checks(root), ...tools], filtered ? quietUnlessFailed() : undefined)
  const { runVitest } = await import('./vitest-run.mjs')
  const tested = await runVitest(root, args)
  await finish(filtered && checked.failed === 0 ? [tested] : [checked, tested])
}

async function check() {
  if (!(await ready())) return finish([{ passed: 0, failed: 1 }])
  const { checks, runChecks } = await import('./checks.mjs')
  await finish([await runChecks(checks(root))])
}
