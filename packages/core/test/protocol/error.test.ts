import { describe, expect, it } from 'vitest'
import { errorCodes, LlmmonError } from '../../src/protocol/index.js'

describe('LlmmonError', () => {
  it('is an Error with a code, a cause and whether to retry', () => {
    const cause = new Error('inner')
    const error = new LlmmonError('limit', 'too many', { cause, retryable: true, runId: 'r' })

    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({
      name: 'LlmmonError',
      code: 'limit',
      cause,
      retryable: true,
      runId: 'r',
      message: 'too many',
    })
  })

  it('is recognised across copies of the package, and nothing else is', () => {
    const foreign = Object.defineProperty(new Error('x'), Symbol.for('llmmon.error'), { value: true })

    expect(LlmmonError.isInstance(foreign)).toBe(true)
    expect([null, undefined, 'x', {}, new Error('x')].some((value) => LlmmonError.isInstance(value))).toBe(false)
  })
})

describe('errorCodes', () => {
  it('says a sentence about each', () => {
    for (const sentence of Object.values(errorCodes)) expect(sentence).toMatch(/^[A-Z].*\.$|\$\.$/)
  })
})
