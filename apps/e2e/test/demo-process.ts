import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The demo as people start it, in a process of its own. */
export interface DemoProcess {
  readonly url: string
  readonly port: number
  /** Everything it has printed. */
  readonly output: () => string
  close(): Promise<void>
}

const main = new URL('../../demo-server/dist/main.js', import.meta.url).href

/** Runs the built demo with these arguments; it ends with this process, however that ends. */
function spawnDemo(args: readonly string[], env: NodeJS.ProcessEnv) {
  const script = `process.stdin.resume().on('end', () => process.exit(3))
    const { main } = await import(${JSON.stringify(main)})
    const demo = await main(${JSON.stringify(args)})
    if (!demo) process.stdin.pause()`
  const { OPENAI_API_KEY: _key, OPENAI_BASE_URL: _url, ...clean } = process.env
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    env: { ...clean, ...env },
    cwd: fileURLToPath(new URL('../../..', import.meta.url)),
  })
  let output = ''
  child.stdout.on('data', (data) => {
    output += data
  })
  child.stderr.on('data', (data) => {
    output += data
  })
  return { child, output: () => output }
}

/**
 * Starts the demo, on a free port unless the arguments say otherwise.
 *
 * @param pace how long a word takes, ms
 */
export async function startDemo(env: NodeJS.ProcessEnv = {}, args = ['--port', '0'], pace = 4): Promise<DemoProcess> {
  const { child, output } = spawnDemo([...args, '--pace', String(pace)], env)
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', () => {
      const found = /http:\/\/localhost:\d+\//.exec(output())
      if (found) resolve(found[0])
    })
    child.on('close', () => reject(new Error(`The demo ended before it printed its address: ${output()}`)))
  })
  const closed = new Promise<void>((resolve) => child.on('close', () => resolve()))
  return {
    url,
    port: Number(new URL(url).port),
    output,
    close() {
      child.kill('SIGKILL')
      return closed
    },
  }
}

/** Runs the demo to its end, as `npm start -- …` with arguments that serve nothing. */
export async function runDemo(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ code: number; output: string }> {
  const { child, output } = spawnDemo(args, env)
  const code = await new Promise<number>((resolve) => child.on('close', (status) => resolve(status ?? -1)))
  return { code, output: output() }
}
