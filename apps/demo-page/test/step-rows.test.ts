import { describe, expect, it } from 'vitest'
import { isSame } from '../src/is-same.js'
import { stepRows } from '../src/step-rows.js'
import { seenStep } from './seen-run.js'

describe('stepRows', () => {
  it('are a tree, and say what a step says, found or failed of', () => {
    const rows = stepRows({
      steps: [
        seenStep({ stepId: 'a', name: 'outer', message: 'page 3' }),
        seenStep({ stepId: 'b', parentStepId: 'a', status: 'completed', result: { words: 1_200 } }),
        seenStep({ stepId: 'c', attempt: 2, status: 'error', error: { message: 'no', code: null } }),
      ],
    })

    expect(rows.map(({ name, detail }) => [name, detail])).toEqual([
      ['outer', 'page 3'],
      ['split (try 2)', 'no'],
    ])
    expect(rows[0]?.children.map(({ detail }) => detail)).toEqual(['1,200 words'])
  })

  it('are the same however many tokens come', () => {
    const [before, after] = ['a', 'a b'].map((text) => stepRows({ steps: [seenStep({ text })] }))

    expect(isSame(before, after)).toBe(true)
    expect(isSame(before, stepRows({ steps: [seenStep({ status: 'completed' })] }))).toBe(false)
  })
})
