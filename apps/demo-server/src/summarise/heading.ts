import type { TextBlock } from './text-block.js'

/** What a heading is known by: a mark, a number, capital letters, or only its look (short, no full stop). */
export type HeadingStyle = 'marked' | 'numbered' | 'capitals' | 'plain'

/** A line that is a heading. */
export interface Heading {
  readonly text: string
  /** 1 is the topmost. */
  readonly level: number
  readonly style: HeadingStyle
  /** True for "Chapter I" alone, which a title may follow on the next line. */
  readonly isBare: boolean
}

/** Words that make a heading with the number behind them, by level. */
const numberedWords: readonly (readonly [level: number, words: string])[] = [
  [1, 'book volume part title buch teil livre partie libro parte'],
  [2, 'chapter article amendment act canto letter lecture lesson stave appendix'],
  [2, 'kapitel artikel chapitre capítulo capitolo artículo articolo hoofdstuk'],
  [3, 'section scene paragraph abschnitt szene scène sección sezione §'],
]
const levelOfWord = new Map(
  numberedWords.flatMap(([level, words]) => words.split(' ').map((word): [string, number] => [word, level])),
)
const numberWords = 'one two three four five six seven eight nine ten eleven twelve'.replaceAll(' ', '|')
const numbered = new RegExp(
  `^(${[...levelOfWord.keys()].join('|')})(?:(?<=§)\\s*|\\s+)(?:[ivxlcdm]+|\\d+|[a-z]|${numberWords})\\b[.:)—–-]*\\s*(.*)$`,
  'iu',
)

/** Tells whether a block is a heading, and which. */
export function headingOf({ text, isSingleLine, markedLevel }: TextBlock): Heading | undefined {
  if (!isSingleLine || text.length > 120) return undefined
  if (markedLevel !== undefined) return { text: plainCase(text), level: markedLevel, style: 'marked', isBare: false }

  const named = numbered.exec(text)
  if (named) {
    const [, word = '', rest = ''] = named
    const isProse = /^\p{Ll}/u.test(rest) || (/[.!?]$/.test(rest) && rest.length > 60)
    const level = levelOfWord.get(word.toLowerCase()) ?? 2
    return isProse ? undefined : { text: plainCase(text), level, style: 'numbered', isBare: rest === '' }
  }
  if (/^[IVXLC]{1,7}\.?$/.test(text)) return { text, level: 2, style: 'numbered', isBare: true }
  const decimal = /^(\d{1,2}(?:\.\d{1,2})*)\.?\s+\p{Lu}/u.exec(text)
  if (decimal?.[1] && !/[.!?:;,]$/.test(text)) {
    return { text, level: 1 + decimal[1].split('.').length, style: 'numbered', isBare: false }
  }

  const letters = text.match(/\p{L}/gu)?.length ?? 0
  const isQuoted = /^["“‘'«([]/u.test(text)
  if (letters < 3 || isQuoted || /[.,;:—–-]["”’')]*$/u.test(text)) return undefined
  if (!/\p{Ll}/u.test(text) && /\p{Lu}/u.test(text) && text.split(' ').length <= 14) {
    return { text: plainCase(text), level: 2, style: 'capitals', isBare: false }
  }
  const looksPlain = /^[\p{Lu}\p{Lo}\d]/u.test(text) && !/[!?…”"’'»)\]]$/u.test(text) && isTitleLike(text)
  return looksPlain ? { text, level: 2, style: 'plain', isBare: false } : undefined
}

/** True for what can be the title under a "Chapter I": words with capitals, or very few words. */
export function isTitleLike(text: string): boolean {
  const words = text.split(' ')
  if (text.length > 80 || words.length > 12 || /[.,;:—–-]$|[\p{L}\d]{2}\. /u.test(text)) return false
  const long = words.filter((word) => word.length > 3)
  const capitalised = long.filter((word) => !/^\p{Ll}/u.test(word)).length
  return words.length <= 4 || capitalised >= long.length * 0.6
}

const smallWords = new Set('a an and as at but by for from in of on or the to with'.split(' '))

/** A line in capitals in the usual case of titles: CHAPTER IV becomes Chapter IV. Others stay as they are. */
export function plainCase(text: string): string {
  if (/\p{Ll}/u.test(text)) return text
  let isFirst = true
  return text.replace(/[\p{L}\p{N}’']+/gu, (word) => {
    const wasFirst = isFirst
    isFirst = false
    if (/^[IVXLC]+$/.test(word)) return word
    const lower = word.toLowerCase()
    if (!wasFirst && smallWords.has(lower)) return lower
    return lower.charAt(0).toUpperCase() + lower.slice(1)
  })
}
