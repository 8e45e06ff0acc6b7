import type { StepEnd } from '../protocol/index.js'
import { addUsage, type Usage } from '../state/index.js'
import { ProgressMeter } from './progress.js'
import { TextStreams } from './text-stream.js'

/** What is known of a step, or of the run itself as the writer of its own tokens, while it is open. */
export class Scope {
  readonly streams = new TextStreams()
  readonly meter: ProgressMeter
  readonly children = new Set<StepScope>()
  isOpen = true
  spent: Usage | null = null
  lastMessage: string | null = null
  lastPercentage: number | null = null

  constructor(totalSteps?: number, totalWeight?: number) {
    this.meter = new ProgressMeter(totalSteps, totalWeight)
  }

  /** Adds what was used here. */
  spend(usage: Usage): void {
    this.spent = addUsage(this.spent, usage)
  }
}

/** An open step. */
export class StepScope extends Scope {
  readonly startedAt = performance.now()
  status: StepEnd | undefined

  constructor(
    readonly parent: Scope,
    readonly stepId: string,
    readonly name: string,
    readonly kind: string,
    readonly attempt: number,
  ) {
    super()
  }

  /** The step this one was started in, if it was started in one. */
  get parentStepId(): string | undefined {
    return this.parent instanceof StepScope ? this.parent.stepId : undefined
  }
}

/** The fields by which every event of a step names it. */
export function stepNames(step: StepScope): { step_id: string; attempt?: number } {
  return { step_id: step.stepId, ...(step.attempt > 1 && { attempt: step.attempt }) }
}
