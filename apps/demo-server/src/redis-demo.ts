import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** What the demo with Redis is started with. */
export interface RedisDemoOptions {
  readonly redis: string
  /** The port of the first web server; the second has the next. Undefined: 4321. */
  readonly port: number | undefined
  readonly pace: number | undefined
}

const respawnMs = 500
const shortLifeMs = 3_000
const usualPort = 4_321

/**
 * The demo in three processes that only Redis joins: a worker that runs the chain, and two web servers. Whichever is killed is
 * started again.
 */
export function startRedisDemo({ redis, port = usualPort, pace }: RedisDemoOptions): { close(): Promise<void> } {
  const program = fileURLToPath(new URL('redis-process.js', import.meta.url))
  const roles = [
    { name: 'worker', args: ['worker', redis, String(pace ?? '')] },
    { name: 'web server', args: ['web', redis, String(port)] },
    { name: 'web server', args: ['web', redis, String(port + 1)] },
  ]
  const children = new Map<(typeof roles)[number], ChildProcess>()
  let isClosing = false
  for (const role of roles) spawn(role)
  console.log(`llmmon demo: http://localhost:${port}/ and http://localhost:${port + 1}/, joined by Redis only.`)
  console.log('Start a run, then kill any of these processes and watch. Stop with Ctrl-C.')

  return {
    async close() {
      isClosing = true
      const gone = [...children.values()].map((child) => new Promise((resolve) => child.once('exit', resolve)))
      for (const child of children.values()) child.disconnect()
      await Promise.all(gone)
    },
  }

  function spawn(role: (typeof roles)[number]): void {
    const child = fork(program, role.args, { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    children.set(role, child)
    const where = role.args[0] === 'web' ? ` at http://localhost:${role.args[2]}/` : ''
    console.log(`  ${role.name}${where}: process ${child.pid}`)
    const since = performance.now()
    child.once('exit', () => {
      children.delete(role)
      // One that dies as soon as it is born is not helped by haste.
      const delayMs = performance.now() - since < shortLifeMs ? shortLifeMs : respawnMs
      if (!isClosing) setTimeout(() => isClosing || spawn(role), delayMs)
    })
  }
}
