import { describe, expect, it } from 'vitest'

describe('the script for a page', () => {
  it('gives the page ChainMonitor and llmmon, and needs nothing to load', async () => {
    await import('../src/global.js')
    const page = globalThis as { ChainMonitor?: unknown; llmmon?: Record<string, unknown> }

    expect(page.ChainMonitor).toBeTypeOf('function')
    expect(Object.keys(page.llmmon ?? {})).toEqual(['ChainMonitor', 'createMonitorClient', 'LlmmonError'])
  })
})
