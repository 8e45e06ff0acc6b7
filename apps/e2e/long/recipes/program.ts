import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** A program that serves, in a process of its own. */
export interface Program {
  /** The address it has printed, without a slash at its end. */
  readonly url: string
  readonly pid: number
  /** Everything it has printed. */
  output(): string
  /** Asks it to stop, as a deployment does; resolves with its exit code, null if the signal ended it. */
  stop(): Promise<number | null>
  /** Ends it as a crash would. Idempotent. */
  close(): Promise<void>
}

const lifeline = fileURLToPath(new URL('lifeline.mjs', import.meta.url))
const address = /https?:\/\/(?:[\w.-]+|\[[\d:a-f]+\]):\d+/

/**
 * Starts a program and waits for the address it prints. It ends with this process, however that ends.
 *
 * @throws (rejects) with what it has printed when it ends before.
 */
export async function startProgram(
  [program = '', ...args]: readonly string[],
  { cwd, env }: { cwd: string; env: NodeJS.ProcessEnv },
): Promise<Program> {
  const child = spawn(program, args, {
    cwd,
    env: { ...env, NODE_OPTIONS: `--import=${lifeline}` },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exit = once(child, 'exit') as Promise<[number | null]>
  let output = ''
  const url = await new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text
        const found = address.exec(output)?.[0]
        if (found) resolve(found)
      })
    }
    exit.then(() => reject(new Error(`${program} ended before it printed its address.\n${output}`)), reject)
  })
  return {
    url,
    pid: child.pid ?? 0,
    output: () => output,
    async stop() {
      child.kill('SIGTERM')
      return (await exit)[0]
    },
    async close() {
      child.kill('SIGKILL')
      await exit
    },
  }
}
