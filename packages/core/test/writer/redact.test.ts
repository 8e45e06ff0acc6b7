import { describe, expect, it, vi } from 'vitest'
import type { EventBody } from '../../src/index.js'
import { redactEvent } from '../../src/writer/redact.js'

const step: EventBody = {
  update_type: 'step',
  step_name: 'look up',
  step_id: 's1',
  progress_percentage: 10,
  intermediate_result: 'secret',
  step_status: 'completed',
}

describe('redactEvent', () => {
  it('gives the event back where there is no hook', () => {
    expect(redactEvent(step, undefined, () => undefined)).toBe(step)
  })

  it('lets payloads change, and nothing by which receivers find their way', () => {
    const redacted = redactEvent(
      step,
      (event) => ({ ...event, update_type: 'token', step_id: 'other', intermediate_result: '*', parent: 1 }) as never,
      () => undefined,
    )

    expect(redacted).toEqual({ ...step, intermediate_result: '*' })
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('x')
      },
    ],
    ['gives nothing', () => undefined],
    ['gives no event', () => 'text' as never],
  ])('withholds the payload when the hook %s', (_, hook) => {
    const onFailure = vi.fn()

    expect(redactEvent(step, hook, onFailure)).toEqual({ ...step, intermediate_result: null })
  })

  it('withholds a token whose text became something else', () => {
    const token = { update_type: 'token', channel: 'text', delta: 'x', at: 0 } as const

    expect(
      redactEvent(
        token,
        () => ({ ...token, delta: 7 }) as never,
        () => undefined,
      ),
    ).toMatchObject({ delta: '' })
  })

  it('gives the hook a copy', () => {
    const event = { ...step }
    redactEvent(
      event,
      (copy) => Object.assign(copy, { intermediate_result: '*' }),
      () => undefined,
    )

    expect(event).toEqual(step)
  })
})
