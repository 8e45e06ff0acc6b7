import type { Sequenced, StepEvent } from '@llmmon/core/protocol'
import type { StepState } from '@llmmon/core/state'

/** A step of a run, as its state: its `name` tells of what type its `result` is, which is null until it has one. */
export type StepOf<Steps> =
  IsUnnamed<Steps> extends true
    ? StepState
    : { [Name in keyof Steps & string]: Named<StepState, 'name', Name, 'result', Steps[Name]> }[keyof Steps & string]

/** The event of a step that has finished: its `step_name` tells of what type its `intermediate_result` is, which is null where the step failed. */
export type StepEventOf<Steps> =
  IsUnnamed<Steps> extends true
    ? StepEvent & Sequenced
    : {
        [Name in keyof Steps & string]: Named<
          StepEvent & Sequenced,
          'step_name',
          Name,
          'intermediate_result',
          Steps[Name]
        >
      }[keyof Steps & string]

type IsUnnamed<Steps> = string extends keyof Steps ? true : [keyof Steps] extends [never] ? true : false

type Named<Step, NameKey extends keyof Step, Name, ResultKey extends keyof Step, Result> = Omit<
  Step,
  NameKey | ResultKey
> & { readonly [Key in NameKey]: Name } & { readonly [Key in ResultKey]: Result | null }
