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

const somebody = { principal: 'p', key: 'p', expiresAt: undefined, audience: '' }
const wish = (runId: string) => ({ action: 'watch', runId, token: undefined, cameAt: 0 }) as const

function gate(options: Partial<MonitorServerOptions>): Gate {
  return new Gate(
    resolveOptions({ transport, authorize: () => true, logger, limits: { hookTimeoutMs: 20 }, ...options }),
  )
}

beforeEach(() => void warn.mockClear())
afterEach(() => void vi.useRealTimers())

describe('Gate', () => {
  it('lets everybody in as nobody where nobody is asked', async () => {
    expect(await gate({}).identify(request, 'token')).toMatchObject({
      principal: undefined,
      key: undefined,
      expiresAt: undefined,
    })
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

    expect(await gate({ authenticate }).identify(request, 't')).toMatchObject({ principal: 0, key: '0' })
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
    expect(await gate({ authorize }).permits(somebody, wish('r'))).toBe(false)
  })

  it('looks a run up only when authorize asks, and once', async () => {
    const inspect = vi.spyOn(transport, 'inspect')
    await gate({ authorize: () => true }).permits(somebody, wish('r'))
    expect(inspect).not.toHaveBeenCalled()
    await reserveRun({ transport, runId: 'mine', name: 'c', metadata: { user: 'p' } })
    const permitted = await gate({
      authorize: async ({ principal, run }) =>
        (await run())?.metadata.user === principal && (await run())?.chain === 'c',
    }).permits(somebody, wish('mine'))

    expect(permitted).toBe(true)
    expect(inspect).toHaveBeenCalledTimes(1)
  })

  it('tells authorize what was asked, with the token and when it came', async () => {
    const authorize = vi.fn((_: object) => true)
    await gate({ authorize }).permits(somebody, { action: 'cancel', runId: 'r', token: 't', cameAt: 5 })

    expect(authorize.mock.calls[0]?.[0]).toMatchObject({
      principal: 'p',
      action: 'cancel',
      runId: 'r',
      token: 't',
      tokenCameAt: new Date(5),
    })
  })

  it('does not ask about an id that can be no run', async () => {
    const authorize = vi.fn(() => true)

    expect(await gate({ authorize }).permits(somebody, wish(''))).toBe(false)
    expect(authorize).not.toHaveBeenCalled()
  })

  it('takes an answer that a revocation has overtaken for a no', async () => {
    let letIn: (principal: string) => void = () => undefined
    const answers: ((isAllowed: boolean) => void)[] = []
    const asked = gate({
      authenticate: () => new Promise<string>((resolve) => (letIn = resolve)),
      authorize: () => new Promise<boolean>((resolve) => answers.push(resolve)),
      limits: {},
    })
    const identified = asked.identify(request, 't')
    const permitted = asked.permits(somebody, wish('r'))
    const other = asked.permits({ ...somebody, principal: 'q' }, wish('s'))
    asked.revoke({ principal: (principal) => principal === 'p' })
    asked.revoke({ runId: 's' })
    letIn('p')
    for (const answer of answers) answer(true)

    expect(await identified).toBeUndefined()
    expect(await permitted).toBe(false)
    expect(await other).toBe(false)
  })

  it('tells a refusal no sooner than 100 ms after the question, and later only by steps of 100 ms', async () => {
    vi.useFakeTimers()
    const now = () => performance.now()
    const told = vi.fn()
    const since = now()
    void gate({}).refusal(since, now).then(told)
    await vi.advanceTimersByTimeAsync(100)
    expect(told).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(told).toHaveBeenCalledTimes(1)
    await vi.advanceTimersByTimeAsync(30)
    void gate({}).refusal(since, now).then(told)
    await vi.advanceTimersByTimeAsync(69)
    expect(told).toHaveBeenCalledTimes(1)
    await vi.advanceTimersByTimeAsync(1)

    expect(told).toHaveBeenCalledTimes(2)
  })
})
