import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A Redis of our own, on a free port of the loopback address. */
export interface RedisServer {
  readonly port: number
  readonly url: string
  /** Ends it as a crash would, and starts it again on its port, empty. */
  crash(): Promise<void>
  /** Stops and continues the process: it neither answers nor closes anything. */
  freeze(isFrozen: boolean): void
  close(): Promise<void>
}

// The server dies with the pipe on its input, and so with this process, however that ends.
const keeper = '"$@" & p=$!; echo $p; read _; kill -9 $p; wait $p 2>/dev/null'

/**
 * Starts the Redis that the test run has found.
 *
 * @throws (rejects with) Error when there is none.
 */
export async function startRedis(): Promise<RedisServer> {
  const program = process.env.REDIS_SERVER
  if (!program) throw new Error('Expected REDIS_SERVER to name a redis-server; npm test finds or fetches one.')
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'llmmon-redis-'))
  let child = await launch(program, port, folder)
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    async crash() {
      await end(child)
      child = await launch(program, port, folder)
    },
    freeze: (isFrozen) => void process.kill(child.serverPid, isFrozen ? 'SIGSTOP' : 'SIGCONT'),
    async close() {
      await end(child)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

interface Launched {
  readonly keeper: ChildProcess
  readonly serverPid: number
}

async function launch(program: string, port: number, folder: string): Promise<Launched> {
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder]
  const child = spawn('sh', ['-c', keeper, 'sh', program, ...options, '--loglevel', 'warning'])
  const [first] = await once(child.stdout, 'data')
  const serverPid = Number(String(first).split('\n')[0])
  while (!(await answers(port))) {
    if (child.exitCode !== null) throw new Error(`${program} ended before it answered on port ${port}.`)
  }
  return { keeper: child, serverPid }
}

async function end({ keeper, serverPid }: Launched): Promise<void> {
  const closed = once(keeper, 'close')
  process.kill(serverPid, 'SIGCONT')
  keeper.stdin?.end()
  await closed
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('connect', () => socket.write('PING\r\n'))
    socket.on('data', (data) => {
      resolve(data.toString().startsWith('+PONG'))
      socket.destroy()
    })
    socket.on('error', () => setTimeout(() => resolve(false), 10))
  })
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
