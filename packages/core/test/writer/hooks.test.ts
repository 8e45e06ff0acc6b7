import { afterEach, describe, expect, it, vi } from 'vitest'
import { createReporter, runError } from '../../src/writer/hooks.js'

afterEach(() => vi.restoreAllMocks())

describe('createReporter', () => {
  it('tells the hook of each code once', () => {
    const onError = vi.fn()
    const report = createReporter('r', onError, undefined)
    report(runError('run_ended', 'r', 'one'))
    report(runError('run_ended', 'r', 'two'))
    report(runError('dropped', 'r', 'three'))

    expect(onError.mock.calls.map(([error]) => error.message)).toEqual(['one', 'three'])
  })

  it('tells the logger where there is no hook, the console where there is neither', () => {
    const warn = vi.fn()
    const noop = () => undefined
    const console_ = vi.spyOn(console, 'warn').mockImplementation(noop)
    createReporter('r', undefined, { debug: noop, info: noop, warn, error: noop })(
      runError('dropped', 'r', 'to the logger'),
    )
    createReporter('r', undefined, undefined)(runError('dropped', 'r', 'to the console'))

    expect(warn).toHaveBeenCalledWith(expect.objectContaining({ runId: 'r' }), 'to the logger')
    expect(console_).toHaveBeenCalledWith('llmmon: to the console')
  })

  it('survives a hook that throws', () => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const report = createReporter(
      'r',
      () => {
        throw new Error('bad hook')
      },
      undefined,
    )
    report(runError('dropped', 'r', 'x'))

    expect(error).toHaveBeenCalledTimes(1)
  })
})

describe('runError', () => {
  it('names the run and keeps the cause', () => {
    const cause = new Error('inner')

    expect(runError('internal', 'r', 'm', cause)).toMatchObject({ code: 'internal', runId: 'r', message: 'm', cause })
    expect('cause' in runError('internal', 'r', 'm')).toBe(false)
  })
})
