import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Run, startRun } from '@llmmon/core'
import { type RedisServer, startRedis, until } from '@llmmon/testkit'
import { Redis } from 'ioredis'
import { afterEach, describe, expect, it } from 'vitest'
import { type RedisTransportOptions, redisTransport } from '../src/index.js'

const closers: (() => unknown)[] = []

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function start(options: Readonly<Record<string, string>> = {}): Promise<RedisServer> {
  const server = await startRedis(options)
  closers.push(() => server.close())
  return server
}

/** A finished run on a transport, and everything that was said of the connection. */
function write(options: RedisTransportOptions): { run: Run; said: string[]; errors: string[] } {
  const said: string[] = []
  const errors: string[] = []
  const say = (_: object, message: string) => void said.push(message)
  const logger = { debug: say, info: say, warn: say, error: say }
  const transport = redisTransport({ ...options, logger })
  closers.push(() => transport.close({ timeoutMs: 10 }))
  const run = startRun({ name: 'c', transport, runId: 'r', onError: ({ code }) => errors.push(code) })
  run.complete('done')
  return { run, said, errors }
}

// These keys are for this test alone.
const file = (name: string) => fileURLToPath(new URL(`tls/${name}`, import.meta.url))
const authority = readFileSync(file('authority.pem'), 'utf8')

function startWithTls(): Promise<RedisServer> {
  return start({ 'tls-cert-file': file('server.pem'), 'tls-key-file': file('server.key'), 'tls-auth-clients': 'no' })
}

describe('redisTransport', () => {
  it('says once that the password is wrong, and writes what has waited when it is taken', async () => {
    const server = await start({ requirepass: 'right' })
    const { run, said } = write({ url: server.url.replace('redis://', 'redis://:wrong@') })
    expect(await run.flushed({ timeoutMs: 3_000 })).toBe(false)
    expect(said).toEqual([expect.stringMatching(/refuses the credentials/)])
    expect(said.join()).not.toContain('wrong@')
    const admin = new Redis(server.url.replace('redis://', 'redis://:right@'))
    closers.push(() => admin.disconnect())
    await admin.config('SET', 'requirepass', 'wrong')

    expect(await run.flushed({ timeoutMs: 10_000 })).toBe(true)
    expect(said.slice(1)).toEqual([expect.stringMatching(/is back/)])
  }, 20_000)

  it('says once that nobody answers at the address, and writes what has waited when somebody does', async () => {
    const { port, close } = await startRedis()
    await close()
    const { run, said } = write({ url: `redis://127.0.0.1:${port}` })
    expect(await run.flushed({ timeoutMs: 3_000 })).toBe(false)
    expect(said).toEqual([expect.stringMatching(/cannot be reached \(ECONNREFUSED\)/)])
    const server = await startRedis({}, { port })
    closers.push(() => server.close())

    expect(await run.flushed({ timeoutMs: 10_000 })).toBe(true)
    expect(said.slice(1)).toEqual([expect.stringMatching(/is back/)])
  }, 20_000)

  it('says once that there is no such host', async () => {
    const { run, said } = write({ url: 'redis://no-such-host.invalid' })
    expect(await run.flushed({ timeoutMs: 2_000 })).toBe(false)

    expect(said).toEqual([expect.stringMatching(/cannot be reached \((ENOTFOUND|EAI_AGAIN)\)/)])
  })

  it('writes over TLS to a server whose authority it is told', async () => {
    const { tlsPort } = await startWithTls()
    const client = new Redis(tlsPort, 'localhost', { tls: { ca: authority }, lazyConnect: true })
    const { run, said } = write({ client })

    expect(await run.flushed({ timeoutMs: 5_000 })).toBe(true)
    expect(said).toEqual([])
  })

  it.each([
    ['an authority that is not known', 'localhost', {}],
    ['a name that is not in the certificate', 'localhost', { ca: authority, servername: 'elsewhere.example' }],
  ])('says once that TLS failed for %s, and sends nothing', async (_, host, tls) => {
    const { tlsPort } = await startWithTls()
    const client = new Redis(tlsPort, host, { tls, lazyConnect: true })
    const { run, said } = write({ client })
    expect(await run.flushed({ timeoutMs: 2_000 })).toBe(false)

    expect(said).toEqual([expect.stringMatching(/TLS certificate of Redis is not accepted \([A-Z_]+\)/)])
  })

  it('says what is missing when it may not do what it must, and stops writing this run', async () => {
    const server = await start()
    const admin = new Redis(server.url)
    closers.push(() => admin.disconnect())
    await admin.call('ACL', 'SETUSER', 'guest', 'on', '>secret', '~*', '&*', '+@all', '-xadd')
    const { run, said, errors } = write({ url: server.url.replace('redis://', 'redis://guest:secret@') })
    expect(await run.flushed({ timeoutMs: 4_000 })).toBe(false)
    expect(errors).toEqual(['transport_failed'])
    await until(async () => said.length > 0)

    expect(said).toEqual([expect.stringMatching(/does not permit XADD/)])
  })
})
