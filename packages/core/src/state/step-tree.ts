import type { RunState, StepState } from './run-state.js'

/** A step with the steps that were started inside it. */
export interface StepNode extends StepState {
  readonly children: readonly StepNode[]
}

/**
 * The steps of a run as a tree, in start order. A step whose parent is unknown stands at the top, and so does one
 * that would be its own ancestor: every step appears exactly once.
 *
 * @example
 * for (const step of stepTree(state)) console.log(step.name, step.children.length)
 */
export function stepTree(state: Pick<RunState, 'steps'>): readonly StepNode[] {
  const nodes = new Map<string, StepState & { children: StepNode[] }>()
  for (const step of state.steps) nodes.set(step.stepId, { ...step, children: [] })
  const roots: StepNode[] = []
  for (const node of nodes.values()) {
    const parent = node.parentStepId === null ? undefined : nodes.get(node.parentStepId)
    if (parent && !isAncestor(node.stepId, parent)) parent.children.push(node)
    else roots.push(node)
  }
  return roots

  function isAncestor(stepId: string, from: StepState): boolean {
    const seen = new Set<string>()
    for (let at: StepState | undefined = from; at && !seen.has(at.stepId); at = parentOf(at)) {
      if (at.stepId === stepId) return true
      seen.add(at.stepId)
    }
    return false
  }

  function parentOf(step: StepState): StepState | undefined {
    return step.parentStepId === null ? undefined : nodes.get(step.parentStepId)
  }
}
