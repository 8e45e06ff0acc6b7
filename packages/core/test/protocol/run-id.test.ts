import { describe, expect, it } from 'vitest'
import { checkRunId, createRunId, isRunId, LlmmonError } from '../../src/protocol/index.js'

const hostile = ['', '__proto__', '-x', 'a}b', 'a b', 'line\nbreak', 'é', 'x'.repeat(129), 7, null, undefined, {}]

describe('isRunId', () => {
  it('takes letters, digits, _ and -, up to 128', () => {
    expect(['a', '0', 'run_1-x', 'x'.repeat(128)].every(isRunId)).toBe(true)
    expect(hostile.some(isRunId)).toBe(false)
  })
})

describe('checkRunId', () => {
  it.each(hostile)('refuses %j with a message of bounded length that says what to do', (value) => {
    try {
      checkRunId(value)
      expect.unreachable()
    } catch (error) {
      expect(LlmmonError.isInstance(error) && error.code).toBe('invalid_run_id')
      expect((error as Error).message.length).toBeLessThan(300)
      expect((error as Error).message).not.toContain('\n')
    }
  })

  it('gives a good one back', () => {
    expect(checkRunId('run-1')).toBe('run-1')
  })
})

describe('createRunId', () => {
  it('makes ids that can be used', () => {
    expect(isRunId(createRunId())).toBe(true)
    expect(createRunId()).not.toBe(createRunId())
  })
})
