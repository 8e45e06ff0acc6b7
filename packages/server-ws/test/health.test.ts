import { memoryTransport } from '@llmmon/core'
import { listen } from '@llmmon/testkit'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createHealth } from '../src/health.js'
import { allowAnyone, createMonitorServer } from '../src/index.js'

afterEach(() => vi.useRealTimers())

describe('healthz and readyz', () => {
  it('are handlers of HTTP requests', async () => {
    const server = createMonitorServer({ transport: memoryTransport(), authorize: allowAnyone })
    const http = await listen((request, response) =>
      request.url === '/readyz' ? server.readyz(request, response) : server.healthz(request, response),
    )
    const ask = async (path: string) => {
      const response = await fetch(http.url + path)
      return [response.status, await response.text()]
    }
    expect([await ask('/healthz'), await ask('/readyz')]).toEqual([
      [200, 'ok\n'],
      [200, 'ok\n'],
    ])
    await server.close()

    expect(await ask('/healthz')).toEqual([200, 'ok\n'])
    expect(await ask('/readyz')).toEqual([503, 'this server is shutting down\n'])
    await http.close()
  })
})

describe('createHealth', () => {
  async function readiness(transport: ReturnType<typeof memoryTransport>, now = () => 0): Promise<number> {
    return new Promise((resolve) => {
      const response = { writeHead: (status: number) => resolve(status), end: () => undefined }
      createHealth(transport, () => false, now).readyz({} as never, response as never)
    })
  }

  it('is not ready while the store fails, or does not answer in time', async () => {
    const failing = { ...memoryTransport(), inspect: () => Promise.reject(new Error('down')) }
    expect(await readiness(failing)).toBe(503)
    vi.useFakeTimers()
    const silent = readiness({ ...memoryTransport(), inspect: () => new Promise(() => undefined) })
    await vi.advanceTimersByTimeAsync(2_000)

    expect(await silent).toBe(503)
  })

  it('asks the store once a second, however often it is asked', async () => {
    let clock = 0
    const transport = memoryTransport()
    const inspect = vi.spyOn(transport, 'inspect')
    const { readyz } = createHealth(
      transport,
      () => false,
      () => clock,
    )
    const ask = () =>
      new Promise((resolve) => readyz({} as never, { writeHead: () => undefined, end: resolve } as never))
    await Promise.all([ask(), ask(), ask()])
    expect(inspect).toHaveBeenCalledTimes(1)
    clock = 1_500
    await ask()

    expect(inspect).toHaveBeenCalledTimes(2)
  })
})
