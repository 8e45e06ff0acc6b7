import { describe, expect, it } from 'vitest'
import { formatOutline, parseOutline } from '../../src/summarise/outline.js'

describe('formatOutline', () => {
  it('writes a line for each point, under its heading', () => {
    const text = formatOutline([
      { heading: 'Chapter I: The Start', point: 'It begins.' },
      { heading: null, point: 'It goes on.' },
    ])

    expect(text).toBe('- Chapter I – The Start: It begins.\n- It goes on.')
  })

  it('shortens headings', () => {
    expect(formatOutline([{ heading: 'h'.repeat(200), point: 'p' }])).toBe(`- ${'h'.repeat(89)}…: p`)
  })
})

describe('parseOutline', () => {
  it('reads what formatOutline wrote', () => {
    expect(parseOutline('- Start: It begins.\n- It goes on.')).toEqual(['Start: It begins.', 'It goes on.'])
  })

  it('reads what models make of it', () => {
    expect(parseOutline('## Outline\n\n1. **Start**: It begins.\n* More\n  – Deeper: yes\n---\n')).toEqual([
      'Outline',
      'Start: It begins.',
      'More',
      'Deeper: yes',
    ])
  })
})
