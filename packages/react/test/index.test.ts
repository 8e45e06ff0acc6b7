import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import * as react from '../src/index.js'

it('exports these names', () => {
  expect(Object.keys(react).sort()).toEqual([
    'ChainMonitor',
    'LlmmonError',
    'MonitorProvider',
    'createMonitorClient',
    'runOf',
    'useChainMonitor',
  ])
})

const built = (file: string) => fileURLToPath(new URL(`../dist/${file}`, import.meta.url))

it.each(['monitor-provider.js', 'use-chain-monitor.js'])('marks %s as for the client, with its first bytes', (file) => {
  expect(readFileSync(built(`esm/${file}`), 'utf8').slice(0, 13)).toBe("'use client';")
  expect(readFileSync(built(`cjs/${file}`), 'utf8')).toMatch(/^"use strict";\n'use client';/)
})

it('marks nothing else: what servers call, such as runOf, must be what it is there too', () => {
  for (const file of ['index.js', 'selection.js']) {
    for (const format of ['esm', 'cjs']) {
      expect(existsSync(built(`${format}/${file}`))).toBe(true)
      expect(readFileSync(built(`${format}/${file}`), 'utf8')).not.toContain('use client')
    }
  }
})
