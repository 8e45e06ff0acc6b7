import { arbitraryRun } from '@llmmon/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { foldBatch, initialRunState, type StepNode, type StepState, stepTree } from '../../src/state/index.js'

function step(stepId: string, parentStepId: string | null): StepState {
  return { stepId, parentStepId } as StepState
}

function names(nodes: readonly StepNode[]): unknown[] {
  return nodes.map(({ stepId, children }) => (children.length > 0 ? [stepId, names(children)] : stepId))
}

describe('stepTree', () => {
  it('puts steps under their parents in start order', () => {
    const steps = [step('a', null), step('b', 'a'), step('c', null), step('d', 'a'), step('e', 'b')]

    expect(names(stepTree({ steps }))).toEqual([['a', [['b', ['e']], 'd']], 'c'])
  })

  it('puts a step with an unknown parent at the top', () => {
    expect(names(stepTree({ steps: [step('a', 'gone')] }))).toEqual(['a'])
  })

  it('shows steps that claim to be inside each other all the same', () => {
    const tree = stepTree({ steps: [step('a', 'b'), step('b', 'a'), step('c', 'c')] })

    expect(JSON.stringify(names(tree)).match(/[abc]/g)?.sort()).toEqual(['a', 'b', 'c'])
  })

  it('shows every step of a run exactly once', () => {
    fc.assert(
      fc.property(arbitraryRun(), (events) => {
        const state = foldBatch(initialRunState('r'), events)
        const flat = (nodes: readonly StepNode[]): string[] => nodes.flatMap((n) => [n.stepId, ...flat(n.children)])
        expect(flat(stepTree(state)).sort()).toEqual(state.steps.map(({ stepId }) => stepId).sort())
      }),
    )
  })
})
