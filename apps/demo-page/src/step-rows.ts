import type { MonitorSnapshot } from '@llmmon/client'
import { type StepNode, stepTree } from '@llmmon/core/state'
import { describeResult } from './describe-result.js'

/** A step as the page shows it, with the steps inside it. */
export interface StepRow {
  readonly stepId: string
  readonly name: string
  readonly status: StepNode['status']
  /** What it found, says or failed of; a short line. */
  readonly detail: string
  readonly startedAt: number | null
  readonly endedAt: number | null
  readonly children: readonly StepRow[]
}

/** The steps of a run as a tree, without their texts: the same, by `isSame`, however many tokens come. */
export function stepRows(run: Pick<MonitorSnapshot, 'steps'>): readonly StepRow[] {
  return stepTree(run).map(rowOf)
}

function rowOf({
  stepId,
  name,
  attempt,
  status,
  error,
  message,
  result,
  startedAt,
  endedAt,
  children,
}: StepNode): StepRow {
  const said = status === 'running' ? (message ?? '') : describeResult(result)
  return {
    stepId,
    name: attempt > 1 ? `${name} (try ${attempt})` : name,
    status,
    detail: error?.message ?? said,
    startedAt,
    endedAt,
    children: children.map(rowOf),
  }
}
