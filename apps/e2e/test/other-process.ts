import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** A program of `other-process/`, running. */
export interface OtherProcess {
  readonly child: ChildProcess
  /** The next line it prints, from the first not yet given. Rejects when it ends before. */
  line(): Promise<string>
  /** What it ends with: code and signal. */
  readonly exit: Promise<readonly [number | null, NodeJS.Signals | null]>
  close(): void
}

/** Starts a program in a process of its own; it ends with this one, however that ends. */
export function startProcess(name: string, ...args: readonly string[]): OtherProcess {
  const script = fileURLToPath(new URL(`other-process/${name}.mjs`, import.meta.url))
  const child = spawn(process.execPath, [script, ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
  const exit = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>
  let printed = ''
  child.stdout.setEncoding('utf8').on('data', (text) => {
    printed += text
  })

  return {
    child,
    exit,
    async line() {
      while (!printed.includes('\n')) {
        const ended = exit.then(() => !printed.includes('\n'))
        const isOver = await Promise.race([once(child.stdout, 'data').then(() => false), ended])
        if (isOver) throw new Error(`${name} ended before it printed a line.`)
      }
      const end = printed.indexOf('\n')
      const line = printed.slice(0, end)
      printed = printed.slice(end + 1)
      return line
    },
    close: () => void child.kill('SIGKILL'),
  }
}
