import { describe, expect, it } from 'vitest'
import { runOf } from '../src/index.js'

describe('runOf', () => {
  it('is the id itself, or none', () => {
    expect([runOf('run-1'), runOf(null), runOf(undefined)]).toEqual(['run-1', null, undefined])
  })
})
