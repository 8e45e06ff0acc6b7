import { type CommandAnswer, memoryTransport, startRun } from '@llmmon/core'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { cancelRun } from '../src/cancel-run.js'
import { allowAnyone, resolveOptions } from '../src/options.js'

const transport = memoryTransport()
const warn = vi.fn()
const noop = () => undefined
const logger = { debug: noop, info: noop, warn, error: noop }

function answering(answer: Promise<CommandAnswer>) {
  return resolveOptions({ transport: { ...transport, command: () => answer }, authorize: allowAnyone, logger })
}

afterEach(() => void vi.useRealTimers())

describe('cancelRun', () => {
  it.each([
    ['accepted', 'accepted'],
    ['stored', 'accepted'],
    ['already_ended', 'already_ended'],
  ] as const)('gives for %s %s', async (answer, outcome) => {
    expect(await cancelRun(answering(Promise.resolve(answer)), 'r', null)).toBe(outcome)
  })

  it('tells a run that nobody runs from one that is not there', async () => {
    const run = startRun({ name: 'c', transport, runId: 'orphan' })
    await run.flushed()
    const nobody = answering(Promise.resolve('no_writer'))

    expect(await cancelRun(nobody, 'orphan', null)).toBe('no_writer')
    expect(await cancelRun(nobody, 'nowhere', null)).toBe('not_found')
  })

  it('does not wait for ever, and does not tell why it failed', async () => {
    vi.useFakeTimers()
    const waiting = cancelRun(answering(new Promise(noop)), 'r', null)
    await vi.advanceTimersByTimeAsync(6_000)
    expect(await waiting).toBe('timeout')

    expect(await cancelRun(answering(Promise.reject(new Error('store down'))), 'r', null)).toBe('internal')
    expect(warn).toHaveBeenCalledTimes(1)
  })
})
