// `npm start`, `npm test` and `npm run check`: brings a fresh clone to the state in which it runs, then does the task.
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
else if (task === 'test:long') await testLong()
else if (task === 'soak') await soak()
else if (task === 'check') await check()
else if (task === 'bench') await bench()
else {
  console.error(`llmmon: expected start, test, test:long, soak, check or bench, found '${task}'`)
  process.exitCode = 2
}

async function start() {
  if (!(await ready())) return
  // A file named on the command line is meant from where the person stands.
  process.chdir(process.env.INIT_CWD ?? root)
  const { main } = await import(pathToFileURL(join(root, 'apps/demo-server/dist/main.js')).href)
  try {
    const { withRedis } = await import('./demo-redis.mjs')
    const redis = await withRedis(root, args)
    close = redis.close
    const server = await main(redis.args)
    if (server) {
      close = async () => {
        await server.close()
        await redis.close()
      }
    } else await redis.close()
  } catch (error) {
    // A code marks a failure that was foreseen (a port in use, a file that is not there): its message is enough.
    console.error(error instanceof Error && 'code' in error ? `llmmon: ${error.message}` : error)
    process.exitCode = 1
  }
}

async function test() {
  if (!(await ready())) return finish([{ passed: 0, failed: 1 }])
  const { neededTools } = await import('./tools.mjs')
  const { runVitest } = await import('./vitest-run.mjs')
  const tools = neededTools(root)
  if (args.length > 0) {
    for (const { find } of tools) {
      const missing = await find(console.error)
      if (missing) console.error(`llmmon: ${missing}`)
    }
    return finish([await runVitest(root, args)])
  }
  const { checks, runChecks } = await import('./checks.mjs')
  const checked = await runChecks([...checks(root), ...tools])
  finish([checked, await runVitest(root, [])])
}

// The same tests, but where they play random histories or send random frames, many more; and what installs packages as their users do.
async function testLong() {
  process.env.LLMMON_LONG = '1'
  process.env.LLMMON_MODEL_RUNS ??= '1000'
  process.env.LLMMON_FUZZ_FRAMES ??= '1000000'
  await test()
}

// `npm run soak -- 5` plays for five minutes.
async function soak() {
  const [minutes = '30', ...rest] = args.splice(0)
  process.env.LLMMON_SOAK_MINUTES = minutes
  args.push('--project', 'soak', ...rest)
  await test()
}

// `npm run bench -- --quick` gives a first look in two minutes.
async function bench() {
  if (!(await ready())) return
  const { runBench } = await import('./bench.mjs')
  process.exitCode = await runBench(root, args)
}

async function check() {
  if (!(await ready())) return finish([{ passed: 0, failed: 1 }])
  const { checks, runChecks } = await import('./checks.mjs')
  finish([await runChecks(checks(root))])
}

/** Whether the checkout could be brought to the state in which it runs; says why when it could not. */
async function ready() {
  try {
    await bootstrap(root)
    return true
  } catch (error) {
    console.error(error instanceof BootstrapError ? error.message : error)
    process.exitCode = 1
    return false
  }
}

/** @param {import('./tally.mjs').Tally[]} tallies */
function finish(tallies) {
  const passed = tallies.reduce((total, it) => total + it.passed, 0)
  const failed = tallies.reduce((total, it) => total + it.failed, 0)
  console.log(`\n${passed} passed, ${failed} failed`)
  if (failed > 0) process.exitCode = 1
}
