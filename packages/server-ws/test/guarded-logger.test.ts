import { describe, expect, it, vi } from 'vitest'
import { guarded } from '../src/guarded-logger.js'

describe('guarded', () => {
  it('hands on what is logged, on the logger itself', () => {
    const warn = vi.fn()
    const logger = { debug: vi.fn(), info: vi.fn(), warn, error: vi.fn() }
    guarded(logger).warn({ a: 1 }, 'words')

    expect(warn.mock.calls).toEqual([[{ a: 1 }, 'words']])
    expect(warn.mock.contexts).toEqual([logger])
  })

  it('survives a logger that throws, that lacks a level, and none', () => {
    const broken = {
      warn: () => {
        throw new Error('disk full')
      },
    }
    for (const logger of [broken as never, undefined]) {
      expect(() => guarded(logger).warn({}, 'words')).not.toThrow()
      expect(() => guarded(logger).error({}, 'words')).not.toThrow()
    }
  })
})
