import { inspect } from 'node:util'
import { startRun } from '@llmmon/core'
import { startRedis, until } from '@llmmon/testkit'
import { Cluster, Redis } from 'ioredis'
import { describe, expect, it } from 'vitest'
import { bareError } from '../src/bare-error.js'
import { redisTransport } from '../src/redis-transport.js'

const secret = 'not-the-right-password'

/** Everything that anybody could get out of what was said. */
const everything = (said: readonly unknown[]) => inspect(said, { depth: 20, showHidden: true, getters: true })

describe('bareError', () => {
  it('keeps name, code and message alone', () => {
    const error = Object.assign(new Error('WRONGPASS no', { cause: secret }), {
      name: 'ReplyError',
      code: 'X',
      command: { name: 'auth', args: [secret] },
      lastNodeError: new Error(secret),
      previousErrors: [secret],
    })
    expect(bareError(error)).toMatchObject({ name: 'ReplyError', code: 'X', message: 'WRONGPASS no' })
    expect(everything([bareError(error)])).not.toContain(secret)
    expect(bareError(null)).toMatchObject({ message: 'null' })
  })

  it('leaves out the arguments of a command that Redis does not know', () => {
    const error = new Error(`ERR unknown command 'AUTH', with args beginning with: '${secret}'`)

    expect(bareError(error).message).toBe("ERR unknown command 'AUTH'")
  })
})

describe('a wrong password', () => {
  it.each(['one Redis', 'a cluster'])('is not told to anybody: %s', async (kind) => {
    const server = await startRedis({ requirepass: 'the-right-one' })
    const said: unknown[] = []
    const say = (...all: unknown[]) => void said.push(all)
    const options = { password: secret, lazyConnect: true }
    const client =
      kind === 'one Redis'
        ? new Redis(server.port, options)
        : new Cluster([{ host: '127.0.0.1', port: server.port }], { redisOptions: options, lazyConnect: true })
    const transport = redisTransport({ client, logger: { debug: say, info: say, warn: say, error: say } })
    const run = startRun({ name: 'c', transport, onError: say })
    const asked = [transport.inspect('r'), transport.command('r', { type: 'cancel', reason: null })]
    const watching = transport.watch('r', { batch: say, bell: say, interrupted: say, active: say })
    for (const outcome of await Promise.allSettled([...asked, watching])) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'transport_failed' } })
      said.push(outcome)
    }
    await until(async () => said.length > 3)
    run.complete()
    await transport.close({ timeoutMs: 10 })
    await server.close()

    expect(everything(said)).toMatch(/refuses the credentials/)
    expect(everything(said)).not.toContain(secret)
  })
})
