import type { Channel, EventBody, RunEvent } from '@llmmon/core/protocol'
import fc from 'fast-check'

/** One thing a random run does; what makes no sense at its moment is left out. */
type Action =
  | { readonly do: 'start-step' | 'retry-step' | 'end-step'; readonly pick: number; readonly fails: boolean }
  | { readonly do: 'token'; readonly pick: number; readonly text: string; readonly channel: Channel }
  | { readonly do: 'progress'; readonly pick: number; readonly percentage: number | null }
  | { readonly do: 'custom' | 'unknown'; readonly data: string }
  | { readonly do: 'cancel' }

const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('token' as const),
      pick: fc.nat(5),
      text: fc.oneof(fc.string({ minLength: 1, maxLength: 6 }), fc.constantFrom('é', '👩‍🚀', '\n')),
      channel: fc.constantFrom<Channel>('text', 'text', 'text', 'reasoning', 'tool'),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('start-step' as const, 'end-step' as const, 'retry-step' as const),
      pick: fc.nat(5),
      fails: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('progress' as const),
      pick: fc.nat(5),
      percentage: fc.option(fc.nat(100), { nil: null }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom('custom' as const, 'unknown' as const), data: fc.string() }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'cancel' as const }) },
)

interface OpenStep {
  readonly id: string
  attempt: number
  isOpen: boolean
  lengths: Record<Channel, number>
}

/**
 * The events of a random but well-formed run: nested and parallel steps, further attempts, tokens of all channels,
 * progress, custom and unknown events, numbered from 1, ended or still going.
 */
export function arbitraryRun(maxLength = 60): fc.Arbitrary<RunEvent[]> {
  const end = fc.constantFrom<'complete' | 'error' | 'cancelled' | 'open'>('complete', 'error', 'cancelled', 'open')
  return fc.tuple(fc.array(action, { maxLength }), end).map(([actions, how]) => play(actions, how))
}

function play(actions: readonly Action[], how: 'complete' | 'error' | 'cancelled' | 'open'): RunEvent[] {
  const events: RunEvent[] = []
  const steps: OpenStep[] = []
  const own: Record<Channel, number> = { text: 0, reasoning: 0, tool: 0 }
  let isCancelling = false
  const emit = (body: EventBody | { update_type: string; data: string }) => {
    events.push({ ...body, seq: events.length + 1, ts: 1_000 + events.length } as RunEvent)
  }
  emit({ update_type: 'start', status: 'started', metadata: { a: 1 }, chain: 'random' })
  for (const action of actions) {
    switch (action.do) {
      case 'start-step': {
        const parent = steps[action.pick]
        const step = { id: `s${steps.length}`, attempt: 1, isOpen: true, lengths: { text: 0, reasoning: 0, tool: 0 } }
        steps.push(step)
        emit({
          update_type: 'step_start',
          step_id: step.id,
          step_name: 'step',
          ...(parent?.isOpen && { parent_step_id: parent.id }),
        })
        break
      }
      case 'retry-step': {
        const step = steps[action.pick]
        if (!step || step.isOpen) break
        Object.assign(step, { attempt: step.attempt + 1, isOpen: true, lengths: { text: 0, reasoning: 0, tool: 0 } })
        emit({ update_type: 'step_start', step_id: step.id, step_name: 'step', attempt: step.attempt })
        break
      }
      case 'end-step': {
        const step = steps[action.pick]
        if (!step?.isOpen) break
        step.isOpen = false
        emit({
          update_type: 'step',
          step_name: 'step',
          step_id: step.id,
          ...(step.attempt > 1 && { attempt: step.attempt }),
          progress_percentage: action.fails ? null : events.length % 100,
          intermediate_result: { n: events.length },
          step_status: action.fails ? 'error' : 'completed',
          ...(action.fails && { error: 'it failed' }),
          usage: { output_tokens: 2 },
        })
        break
      }
      case 'token': {
        const step = steps[action.pick]
        if (step && !step.isOpen) break
        const lengths = step?.lengths ?? own
        emit({
          update_type: 'token',
          channel: action.channel,
          delta: action.text,
          at: lengths[action.channel],
          ...(step && { step_id: step.id, ...(step.attempt > 1 && { attempt: step.attempt }) }),
        })
        lengths[action.channel] += action.text.length
        break
      }
      case 'progress': {
        const step = steps[action.pick]
        const names = step?.isOpen ? { step_id: step.id, ...(step.attempt > 1 && { attempt: step.attempt }) } : {}
        emit({ update_type: 'progress', progress_percentage: action.percentage, message: null, ...names })
        break
      }
      case 'custom':
        emit({ update_type: 'custom', name: 'note', data: action.data })
        break
      case 'unknown':
        emit({ update_type: 'from-a-later-version', data: action.data })
        break
      case 'cancel':
        if (!isCancelling) emit({ update_type: 'cancel_requested', reason: null })
        isCancelling = true
    }
  }
  if (how === 'complete') emit({ update_type: 'complete', status: 'completed', result: { ok: true } })
  if (how === 'error') emit({ update_type: 'error', status: 'error', error: 'no', code: 'run_failed' })
  if (how === 'cancelled') emit({ update_type: 'cancelled', status: 'cancelled', reason: 'user' })
  return events
}
