import type { IncomingMessage } from 'node:http'
import { memoryTransport, reserveRun } from '@llmmon/core'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Gate } from '../src/gate.js'
import { type MonitorServerOptions, resolveOptions } from '../src/options.js'

const transport = memoryTransport()
const request = {} as IncomingMessage
const warn = vi.fn()
const noop = () => undefined
const logger = { debug: noop, info: noop, warn, error: noop }

function gate(options: Partial<MonitorServerOptions>): Gate {
  return new Gate(
    resolveOptions({ transport, authorize: () => true, logger, limits: { hookTimeoutMs: 20 }, ...options }),
  )
}

beforeEach(() => void warn.mockClear())
afterEach(() => void vi.useRealTimers())

describe('Gate', () => {
  it('lets everybody in as nobody where nobody is asked', async () => {
    expect(await gate({}).identify(request, 'token')).toEqual({ principal: undefined })
  })

  it.each([
    ['null', () => null],
    ['undefined', () => undefined],
    [
      'a throw',
      () => {
        throw new Error('x')
      },
    ],
    ['a rejection', () => Promise.reject(new Error('x'))],
    ['no answer', () => new Promise<never>(noop)],
  ])('refuses on %s of authenticate', async (_, authenticate) => {
    expect(await gate({ authenticate }).identify(request, undefined)).toBeUndefined()
  })

  it('hands authenticate the request and the token, and takes any principal it gives', async () => {
    const authenticate = vi.fn(() => 0)

    expect(await gate({ authenticate }).identify(request, 't')).toEqual({ principal: 0 })
    expect(authenticate).toHaveBeenCalledWith(request, { token: 't' })
  })

  it.each([
    ['false', () => false],
    ['something that is only truthy', () => 'yes' as never],
    [
      'a throw',
      () => {
        throw new Error('x')
      },
    ],
    ['a rejection', () => Promise.reject(new Error('x'))],
    ['no answer', () => new Promise<never>(noop)],
  ])('does not permit on %s of authorize', async (_, authorize) => {
    expect(await gate({ authorize }).permits('p', 'watch', 'r', undefined)).toBe(false)
  })

  it('looks a run up only when authorize asks, and once', async () => {
    const inspect = vi.spyOn(transport, 'inspect')
    await gate({ authorize: () => true }).permits('p', 'watch', 'r', undefined)
    expect(inspect).not.toHaveBeenCalled()
    await reserveRun({ transport, runId: 'mine', name: 'c', metadata: { user: 'p' } })
    const permitted = await gate({
      authorize: async ({ principal, run }) =>
        (await run())?.metadata.user === principal && (await run())?.chain === 'c',
    }).permits('p', 'watch', 'mine', undefined)

    expect(permitted).toBe(true)
    expect(inspect).toHaveBeenCalledTimes(1)
  })

  it('tells a refusal no sooner than 100 ms after the question, and not later for having taken long', async () => {
    vi.useFakeTimers()
    const now = () => performance.now()
    const told = vi.fn()
    const since = now()
    void gate({}).refusal(since, now).then(told)
    await vi.advanceTimersByTimeAsync(99)
    expect(told).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(told).toHaveBeenCalledTimes(1)
    void gate({}).refusal(since, now).then(told)
    await vi.advanceTimersByTimeAsync(0)

    expect(told).toHaveBeenCalledTimes(2)
  })
})
