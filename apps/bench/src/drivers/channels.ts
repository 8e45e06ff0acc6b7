import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { bareEvent } from '../bare/bare-event.js'
import { bareViewers } from '../bare/bare-viewers.js'
import type { Driver } from '../driver.js'
import { freePort } from '../processes/free-port.js'
import { cpuMicrosOf, rssOf } from '../processes/process-use.js'

const folder = fileURLToPath(new URL('../../peers/django-channels', import.meta.url))

/** Django Channels with its Redis layer, as its documentation sets it up: a group for each run, served by Daphne, said by a Python of its own. */
export const driver: Driver = {
  async startServer({ redisUrl }) {
    const port = await freePort()
    const daphne = ['-m', 'daphne', '-v', '0', '-b', '127.0.0.1', '-p', String(port), 'app:application']
    const { child, pid } = python(daphne, redisUrl)
    await answering(port)
    return { port, cpuMicros: () => cpuMicrosOf(pid), rss: () => rssOf(pid), close: () => ended(child) }
  },

  async startPublisher({ redisUrl }) {
    const { child, pid } = python(['publish.py'], redisUrl)
    const { stdin, stdout } = child
    if (!stdin || !stdout) throw new Error('Expected a Python that can be talked to.')
    const lines = createInterface({ input: stdout })
    return {
      open: async () => undefined,
      event: (runId, payload) => void stdin.write(`${runId} ${bareEvent(runId, payload)}\n`),
      async settle() {
        stdin.write('!\n')
        await once(lines, 'line')
      },
      cpuMicros: () => cpuMicrosOf(pid),
      close: () => ended(child),
    }
  },

  startViewers: bareViewers,
}

function python(args: readonly string[], redisUrl: string): { child: ChildProcess; pid: number } {
  const env = { ...process.env, REDIS_URL: redisUrl, PYTHONPATH: process.env.BENCH_PYTHONPATH }
  const child = spawn(process.env.BENCH_PYTHON ?? 'python3', args, {
    cwd: folder,
    env,
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  // It goes with this process, however that ends.
  process.on('exit', () => child.kill('SIGKILL'))
  return { child, pid: child.pid ?? 0 }
}

async function answering(port: number): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const answers = await fetch(`http://127.0.0.1:${port}/`).then(
      () => true,
      () => false,
    )
    if (answers) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('Daphne does not answer.')
}

async function ended(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL')
  await once(child, 'exit')
}
