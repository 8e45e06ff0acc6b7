import { describe, expect, it } from 'vitest'
import { Scope, StepScope, stepNames } from '../../src/writer/scope.js'

describe('Scope', () => {
  it('adds up what was used', () => {
    const scope = new Scope()
    scope.spend({ outputTokens: 1 })
    scope.spend({ outputTokens: 2, inputTokens: 5 })

    expect(scope.spent).toEqual({ outputTokens: 3, inputTokens: 5 })
  })
})

describe('StepScope', () => {
  it('knows the step it was started in', () => {
    const outer = new StepScope(new Scope(), 'outer', 'Outer', 'step', 1)
    const inner = new StepScope(outer, 'inner', 'Inner', 'llm', 1)

    expect([outer.parentStepId, inner.parentStepId]).toEqual([undefined, 'outer'])
  })
})

describe('stepNames', () => {
  it('tells the attempt only from the second on', () => {
    const root = new Scope()

    expect(stepNames(new StepScope(root, 's', 'S', 'step', 1))).toEqual({ step_id: 's' })
    expect(stepNames(new StepScope(root, 's', 'S', 'step', 2))).toEqual({ step_id: 's', attempt: 2 })
  })
})
