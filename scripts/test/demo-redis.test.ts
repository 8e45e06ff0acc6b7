import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { withRedis } from '../demo-redis.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))

describe('withRedis', () => {
  it.each([[['--redis', 'redis://elsewhere:1']], [['--port', '0']], [[]]])('leaves %j as they are', async (args) => {
    const redis = await withRedis(root, args)

    expect(redis.args).toEqual(args)
    await redis.close()
  })

  it('starts a Redis where none was named and none listens, and ends it', async () => {
    const redis = await withRedis(root, ['--redis', '--port', '0'], await unusedPort())
    const [flag, url, ...rest] = redis.args
    expect([flag, rest]).toEqual(['--redis', ['--port', '0']])
    const connection = connect(Number(new URL(String(url)).port), '127.0.0.1')
    connection.write('PING\r\n')
    expect(String(await once(connection, 'data'))).toBe('+PONG\r\n')
    const ended = once(connection, 'close')
    await redis.close()
    await ended
  })

  it('takes the Redis that listens', async () => {
    const listening = createServer((socket) => socket.end()).listen(0, '127.0.0.1')
    await once(listening, 'listening')
    const { port } = listening.address() as { port: number }

    expect((await withRedis(root, ['--redis'], port)).args).toEqual(['--redis'])
    listening.close()
  })
})

async function unusedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}
