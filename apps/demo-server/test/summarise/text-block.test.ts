import { describe, expect, it } from 'vitest'
import { splitBlocks } from '../../src/summarise/text-block.js'

const texts = (text: string) => splitBlocks(text).map((block) => block.text)

describe('splitBlocks', () => {
  it('joins hard-wrapped lines and splits at blank ones', () => {
    expect(texts('one two\n  three\n \t\nfour\nfive')).toEqual(['one two three', 'four five'])
  })

  it('keeps a hyphen at the end of a line as part of its word', () => {
    expect(texts('a looking-\nglass and a dash -\nhere')).toEqual(['a looking-glass and a dash - here'])
  })

  it('takes each line for a paragraph where lines are not broken to fit a page', () => {
    const long = 'a long line of words '.repeat(8).trim()

    expect(texts(`${long}\nA short one.\n${long}`)).toEqual([long, 'A short one.', long])
  })

  it('splits lists into their items', () => {
    expect(texts('- one\n  goes on\n- two\n* three')).toEqual(['one goes on', 'two', 'three'])
    expect(texts('1. one\n2) two')).toEqual(['one', 'two'])
  })

  it('drops lines without a letter or digit', () => {
    expect(texts('one\n\n* * *\n\n-----\n\ntwo')).toEqual(['one', 'two'])
  })

  it('marks headings with hashes or rules beneath, whatever follows them', () => {
    expect(splitBlocks('# Title #\nText.\n\nPart\n====\nText.\n\nSub\n---')).toEqual([
      { text: 'Title', isSingleLine: true, markedLevel: 1 },
      { text: 'Text.', isSingleLine: true },
      { text: 'Part', isSingleLine: true, markedLevel: 1 },
      { text: 'Text.', isSingleLine: true },
      { text: 'Sub', isSingleLine: true, markedLevel: 2 },
    ])
  })

  it('removes soft hyphens and doubled spaces', () => {
    expect(texts('soft\u00adware  is \u00a0 here')).toEqual(['software is here'])
  })

  it('gives nothing for nothing', () => {
    expect(splitBlocks('')).toEqual([])
  })
})
