import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Draft } from '../../src/writer/draft.js'
import { Outbox } from '../../src/writer/outbox.js'

function token(delta: string, at: number, step_id = 'a'): Draft {
  return { update_type: 'token', channel: 'text', delta, at, step_id, ts: 1 }
}

const custom = (data: unknown): Draft => ({ update_type: 'custom', name: 'n', data: data as string, ts: 1 })
const stepEnd: Draft = {
  update_type: 'step',
  step_name: 's',
  step_id: 'a',
  progress_percentage: null,
  intermediate_result: 'x',
  ts: 1,
}

function filled(drafts: readonly Draft[], maxEvents = 1_000, maxLength = 1_000_000): Outbox {
  const outbox = new Outbox()
  for (const draft of drafts) outbox.push({ ...draft }, JSON.stringify(draft).length, maxEvents, maxLength)
  return outbox
}

describe('Outbox', () => {
  it('merges tokens that follow each other, and keeps the order of everything else', () => {
    const outbox = filled([token('a', 0), token('b', 1), custom(1), token('c', 2), token('1', 0, 'b')])

    expect(outbox.take(10, 1_000_000)).toMatchObject([
      { delta: 'ab', at: 0 },
      { update_type: 'custom' },
      { delta: 'c', at: 2 },
      { delta: '1', step_id: 'b' },
    ])
    expect(outbox.size).toBe(0)
    expect(outbox.length).toBe(0)
  })

  it('gives as many as fit, but always one', () => {
    const outbox = filled([custom('x'.repeat(500)), custom('y'), custom('z')])

    expect(outbox.take(10, 300)).toHaveLength(1)
    expect(outbox.take(1, 10_000)).toHaveLength(1)
    expect(outbox.size).toBe(1)
  })

  it('is urgent while something other than tokens and progress waits', () => {
    const outbox = filled([token('a', 0), { update_type: 'progress', progress_percentage: 1, message: null, ts: 1 }])
    expect(outbox.isUrgent).toBe(false)
    outbox.push(stepEnd, 1, 10, 1_000)
    expect(outbox.isUrgent).toBe(true)
    outbox.take(10, 1_000_000)

    expect(outbox.isUrgent).toBe(false)
  })

  it('when full merges tokens across other events and keeps only the last progress', () => {
    const drafts = Array.from({ length: 40 }, (_, i): Draft[] => [
      token('x', i, 'a'),
      token('y', i, 'b'),
      { update_type: 'progress', progress_percentage: i, message: null, ts: 1 },
    ]).flat()
    const outbox = filled(drafts, 30)
    const taken = outbox.take(100, 1_000_000)
    const text = (step: string) =>
      taken.map((d) => (d.update_type === 'token' && d.step_id === step ? d.delta : '')).join('')

    expect(taken.length).toBeLessThanOrEqual(30)
    expect(text('a')).toBe('x'.repeat(40))
    expect(text('b')).toBe('y'.repeat(40))
    expect(taken.findLast(({ update_type }) => update_type === 'progress')).toMatchObject({ progress_percentage: 39 })
    expect(outbox.dropped).toBe(0)
  })

  it('when too long gives up the oldest payloads with a mark, then text with a mark of its length', () => {
    const payloads = filled([custom('x'.repeat(900)), stepEnd, custom('y'.repeat(700))], 100, 1_900).take(10, 1_000_000)
    const texts = filled([token('a'.repeat(900), 0), token('b'.repeat(400), 900, 'b')], 100, 1_000).take(10, 1_000_000)

    expect(payloads[0]).toMatchObject({ data: null, truncated: ['data'] })
    expect(payloads[2]).toMatchObject({ data: 'y'.repeat(700) })
    expect(texts[0]).toMatchObject({ delta: '', cut: 900, truncated: ['text'] })
    expect(texts[1]).toMatchObject({ delta: 'b'.repeat(400) })
  })

  it('drops custom events last, and counts them; what tells of steps stays', () => {
    const drafts = Array.from({ length: 50 }, (_, i): Draft[] => [custom(i), { ...stepEnd }]).flat()
    const outbox = filled(drafts, 60)
    const taken = outbox.take(1_000, 1_000_000)

    expect(outbox.dropped).toBeGreaterThan(0)
    expect(taken.filter(({ update_type }) => update_type === 'step')).toHaveLength(50)
  })

  it('leaves out new steps, whole, only when steps alone are far too many', () => {
    const outbox = new Outbox()
    for (let i = 0; i < 100; i += 1) {
      outbox.push({ update_type: 'step_start', step_id: `s${i}`, step_name: 's', ts: 1 }, 1, 10, 1_000_000)
      outbox.push(token('x', 0, `s${i}`), 1, 10, 1_000_000)
      outbox.push({ ...stepEnd, step_id: `s${i}` }, 1, 10, 1_000_000)
    }
    const taken = outbox.take(1_000, 1_000_000)
    const ids = (type: string) => taken.flatMap((d) => (d.update_type === type && 'step_id' in d ? [d.step_id] : []))

    expect(taken.length).toBeLessThan(60)
    expect(ids('step')).toEqual(ids('step_start'))
    expect(outbox.dropped).toBeGreaterThan(200)
  })

  it('never loses a character, whatever is pushed and taken', () => {
    const pushes = fc.array(
      fc.record({ step: fc.constantFrom('a', 'b', 'c'), text: fc.string({ minLength: 1, maxLength: 4 }) }),
    )
    fc.assert(
      fc.property(pushes, fc.integer({ min: 2, max: 20 }), (list, maxEvents) => {
        const outbox = new Outbox()
        const sent: Record<string, string> = { a: '', b: '', c: '' }
        const taken: Record<string, string> = { a: '', b: '', c: '' }
        const take = () => {
          for (const draft of outbox.take(3, 500))
            if (draft.update_type === 'token') taken[draft.step_id ?? ''] += draft.delta
        }
        for (const [index, { step, text }] of list.entries()) {
          outbox.push(token(text, sent[step]?.length ?? 0, step), 0, maxEvents, 1_000_000)
          sent[step] += text
          if (index % 5 === 0) take()
        }
        while (outbox.size > 0) take()
        expect(taken).toEqual(sent)
      }),
    )
  })
})
