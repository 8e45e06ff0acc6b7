import { expect, it } from 'vitest'
import * as vue from '../src/index.js'

it('exports these names', () => {
  expect(Object.keys(vue).sort()).toEqual([
    'ChainMonitor',
    'LlmmonError',
    'createMonitorClient',
    'monitorPlugin',
    'runOf',
    'useChainMonitor',
  ])
})
