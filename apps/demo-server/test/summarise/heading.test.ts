import { describe, expect, it } from 'vitest'
import { headingOf, isTitleLike, plainCase } from '../../src/summarise/heading.js'

const line = (text: string) => headingOf({ text, isSingleLine: true })

describe('headingOf', () => {
  it.each([
    ['CHAPTER IV', { text: 'Chapter IV', level: 2, style: 'numbered', isBare: true }],
    ['Chapter 4. The Voyage', { text: 'Chapter 4. The Voyage', level: 2, style: 'numbered', isBare: false }],
    ['Part One', { text: 'Part One', level: 1, style: 'numbered', isBare: true }],
    ['Section 10', { text: 'Section 10', level: 3, style: 'numbered', isBare: true }],
    ['§ 12', { text: '§ 12', level: 3, style: 'numbered', isBare: true }],
    ['Kapitel 3', { text: 'Kapitel 3', level: 2, style: 'numbered', isBare: true }],
    ['XIV.', { text: 'XIV.', level: 2, style: 'numbered', isBare: true }],
    ['2.1 Method', { text: '2.1 Method', level: 3, style: 'numbered', isBare: false }],
    ['THE END OF IT', { text: 'The End of It', level: 2, style: 'capitals', isBare: false }],
    ['Preamble', { text: 'Preamble', level: 2, style: 'plain', isBare: false }],
    ['The Pool of Tears', { text: 'The Pool of Tears', level: 2, style: 'plain', isBare: false }],
  ])('takes %j for a heading', (text, heading) => {
    expect(line(text)).toEqual(heading)
  })

  it.each([
    'It was a dark night.',
    'Alice folded her hands, and began:—',
    '“WE KNOW IT TO BE TRUE”',
    'Articles may be very short words here',
    'Part of the truth is this',
    'Section 4 of the law says that nobody may pass without a lamp at night.',
    'and so they went',
    'The Congress shall have Power',
    '42',
  ])('does not take %j for one', (text) => {
    expect(line(text)).toBeUndefined()
  })

  it('takes only lines that stand alone', () => {
    expect(headingOf({ text: 'Chapter I', isSingleLine: false })).toBeUndefined()
  })

  it('believes a mark', () => {
    expect(headingOf({ text: 'what it is.', isSingleLine: true, markedLevel: 3 })).toMatchObject({
      level: 3,
      style: 'marked',
    })
  })
})

describe('isTitleLike', () => {
  it('accepts titles, and questions among them', () => {
    expect(isTitleLike('Who Stole the Tarts?')).toBe(true)
    expect(isTitleLike('Getting started')).toBe(true)
  })

  it('refuses sentences and their beginnings', () => {
    expect(isTitleLike('There was a table set out under a tree')).toBe(false)
    expect(isTitleLike('Passed by Congress. Ratified in May')).toBe(false)
  })
})

describe('plainCase', () => {
  it('turns capitals into title case and leaves Roman numbers and other texts alone', () => {
    expect(plainCase('THE LIFE OF HENRY VIII AND THE END')).toBe('The Life of Henry VIII and the End')
    expect(plainCase('Already Fine OK')).toBe('Already Fine OK')
  })
})
