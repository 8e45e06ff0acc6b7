import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from '@llmmon/testkit'

/** A running nginx. */
export interface Nginx {
  /** Everything it has complained of. */
  output(): string
  close(): Promise<void>
}

// It dies with the pipe on this shell's input, and so with this process, however that ends.
const keeper = '"$@" & p=$!; read _; kill -9 $p; wait $p 2>/dev/null'

const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']

/**
 * Starts the nginx that the test run has found, as one process. Resolves when it listens.
 *
 * @param http what stands inside of `http { … }`
 * @param port where it listens
 */
export async function startNginx(http: string, port: number): Promise<Nginx> {
  const program = process.env.NGINX_PATH
  if (!program) throw new Error('Expected NGINX_PATH to name an nginx; npm run test:long finds or fetches one.')
  const folder = mkdtempSync(join(tmpdir(), 'llmmon-nginx-'))
  const paths = temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join('\n')
  const file = join(folder, 'nginx.conf')
  writeFileSync(
    file,
    `daemon off;\nmaster_process off;\npid ${folder}/pid;\nevents {}\nhttp {\naccess_log off;\n${paths}\n${http}\n}\n`,
  )
  const child = spawn('sh', ['-c', keeper, 'sh', program, '-e', 'stderr', '-p', folder, '-c', file])
  const closed = once(child, 'close')
  let output = ''
  child.stderr.on('data', (data) => {
    output += data
  })
  await until(async () => {
    if (output.includes('[emerg]')) return true
    return answers(port)
  })
  const close = async () => {
    child.stdin.end()
    await closed
    rmSync(folder, { recursive: true, force: true })
  }
  if (output.includes('[emerg]')) {
    await close()
    throw new Error(`nginx did not start.\n${output}`)
  }
  return { output: () => output, close }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('connect', () => {
      resolve(true)
      socket.destroy()
    })
    socket.on('error', () => resolve(false))
  })
}
