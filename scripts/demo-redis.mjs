import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findRedis } from './tools.mjs'

const usualPort = 6_379
// Redis ends with the pipe on its input, and so with this process, however that ends.
const keeper = '"$@" & p=$!; read _; kill $p; wait $p 2>/dev/null'

/**
 * The arguments of the demo, where `--redis` stands alone and this machine runs no Redis: with the address of one that is started for the demo, and
 * ends with it.
 *
 * @param {string} root
 * @param {string[]} args
 * @param {number} [port] where one is looked for
 * @returns {Promise<{ args: string[], close: () => Promise<void> }>}
 */
export async function withRedis(root, args, port = usualPort) {
  const at = args.indexOf('--redis')
  const isAlone = at >= 0 && (args[at + 1] ?? '-').startsWith('-')
  if (!isAlone || (await answers(port))) return { args, close: async () => {} }
  const missing = await findRedis(root)
  if (missing || !process.env.REDIS_SERVER) {
    // The demo says itself that it cannot reach the usual one.
    if (missing) console.error(`llmmon: ${missing}`)
    return { args, close: async () => {} }
  }
  const ownPort = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'llmmon-demo-redis-'))
  const options = [
    '--port',
    String(ownPort),
    '--bind',
    '127.0.0.1',
    '--dir',
    folder,
    '--save',
    '',
    '--loglevel',
    'warning',
  ]
  const server = spawn('sh', ['-c', keeper, 'sh', process.env.REDIS_SERVER, ...options], {
    stdio: ['pipe', 'ignore', 'inherit'],
  })
  const gone = once(server, 'exit')
  while (!(await answers(ownPort))) {
    const isGone = await Promise.race([gone.then(() => true), new Promise((resolve) => setTimeout(resolve, 50))])
    if (isGone) throw Object.assign(new Error('The Redis for the demo ended as it started.'), { code: 'NO_REDIS' })
  }
  const url = `redis://127.0.0.1:${ownPort}`
  console.log(`llmmon: no Redis listens at ${port}; started one for this demo: ${url}`)
  return {
    args: args.toSpliced(at + 1, 0, url),
    async close() {
      server.stdin.end()
      await gone
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/**
 * @param {number} port
 * @returns {Promise<boolean>}
 */
function answers(port) {
  const socket = connect(port, '127.0.0.1')
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
  }).then((isThere) => {
    socket.destroy()
    return Boolean(isThere)
  })
}

/** @returns {Promise<number>} */
async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  server.close()
  await once(server, 'close')
  return port
}
