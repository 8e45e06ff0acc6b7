import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './free-port.js'

/** A redis-server process. */
export interface RedisProcess {
  readonly port: number
  /** Stops and continues it: it neither answers nor closes anything. */
  freeze(isFrozen: boolean): void
  /** Ends it as a crash would. */
  kill(): Promise<void>
  /** Starts it again, on its port and in its folder, after it was killed. */
  restart(): Promise<void>
  /** Ends it and removes what it has written. */
  close(): Promise<void>
}

// The server dies with the pipe on its input, and so with this process, however that ends.
// What the server prints goes another way than its number does.
const keeper = '"$@" >&2 & p=$!; echo $p; read _; kill -9 $p; wait $p 2>/dev/null'

/**
 * Starts the Redis that the test run has found, in a folder of its own. Resolves when it answers.
 *
 * @param options as on the command line, without their dashes: `{ appendonly: 'yes' }`
 * @param config a configuration file, for what cannot be said on the command line
 * @throws (rejects with) Error when there is none, or it does not start.
 */
export async function launchRedis(
  options: Readonly<Record<string, string>> = {},
  { port, config, args = [] }: { port?: number; config?: string; args?: readonly string[] } = {},
): Promise<RedisProcess> {
  const program = process.env.REDIS_SERVER
  if (!program) throw new Error('Expected REDIS_SERVER to name a redis-server; npm test finds or fetches one.')
  const own = port ?? (await freePort())
  const folder = mkdtempSync(join(tmpdir(), 'llmmon-redis-'))
  const file = join(folder, 'redis.conf')
  if (config !== undefined) writeFileSync(file, config)
  const all = { port: String(own), bind: '127.0.0.1', dir: folder, loglevel: 'warning', ...options }
  const words = Object.entries(all).flatMap(([name, value]) => [`--${name}`, ...value.split(' ')])
  const command = [program, ...(config === undefined ? [] : [file]), ...words, ...args]
  let running = await launch(command, own)
  return {
    port: own,
    freeze: (isFrozen) => void process.kill(running.serverPid, isFrozen ? 'SIGSTOP' : 'SIGCONT'),
    kill: () => end(running),
    async restart() {
      running = await launch(command, own)
    },
    async close() {
      await end(running)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

interface Launched {
  readonly keeper: ChildProcess
  readonly serverPid: number
}

async function launch(command: readonly string[], port: number): Promise<Launched> {
  const child = spawn('sh', ['-c', keeper, 'sh', ...command])
  const [first] = await once(child.stdout, 'data')
  const serverPid = Number(String(first).split('\n')[0])
  let output = ''
  child.stderr.on('data', (data) => {
    output += data
  })
  while (!(await answers(port))) {
    if (!isAlive(serverPid)) throw new Error(`${command[0]} ended before it answered on port ${port}.\n${output}`)
  }
  return { keeper: child, serverPid }
}

async function end({ keeper, serverPid }: Launched): Promise<void> {
  if (keeper.exitCode !== null || keeper.signalCode !== null) return
  const closed = once(keeper, 'close')
  if (isAlive(serverPid)) process.kill(serverPid, 'SIGCONT')
  keeper.stdin?.end()
  await closed
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('connect', () => socket.write('PING\r\n'))
    socket.on('data', (data) => {
      // One that wants a password first answers as well.
      resolve(/^(\+PONG|-NOAUTH)/.test(data.toString()))
      socket.destroy()
    })
    socket.on('error', () => setTimeout(() => resolve(false), 10))
  })
}
