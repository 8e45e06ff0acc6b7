import { leadingAbbreviations, numberAbbreviations, openAbbreviations } from './abbreviations.js'

/** What the segmenter is given at once: its time grows faster than the text does. */
const longestSegmented = 4_000

/** How much of a sentence tells whether it ends there. */
const longestEnding = 60

const segmenters = new Map<string | undefined, Intl.Segmenter>()

/**
 * The sentences of a paragraph whose lines are joined already. Begins with Unicode's own rules and joins what they cut too
 * eagerly: after abbreviations, initials and list numbers, and between a quoted question and the "said Alice" behind it.
 * What goes on without any end is cut after 4 000 UTF-16 units.
 *
 * @param locale language of the text, as `de`. Default: none, which suits every language with spaces or CJK stops.
 */
export function* splitSentences(paragraph: string, locale?: string): Generator<string, void, undefined> {
  let sentence = ''
  for (const stretch of stretches(paragraph)) {
    for (const { segment } of segmenterOf(locale).segment(stretch)) {
      if (sentence.length + segment.length <= longestSegmented && goesOn(sentence, segment)) {
        sentence += segment
        continue
      }
      if (hasWord(sentence)) yield sentence.trim()
      sentence = segment
    }
  }
  if (hasWord(sentence)) yield sentence.trim()
}

function hasWord(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text)
}

/** True when the second piece belongs to the same sentence as the first. */
function goesOn(sentence: string, after: string): boolean {
  const before = sentence.slice(-longestEnding)
  const next = after.trimStart()
  if (/^["'’”»)\]]*\p{Ll}/u.test(next)) return true
  if (/^["'’”»)\]]+\s*$/u.test(next) || !hasWord(next)) return true

  const word = /(\S+)\.["'’”)\]]*\s*$/u.exec(before)?.[1]?.replace(/^[^\p{L}\p{N}]+/u, '')
  if (word === undefined) return false
  const lower = word.toLowerCase()
  if (leadingAbbreviations.has(lower)) return true
  if (numberAbbreviations.has(lower)) return /^(\p{N}|[IVXLC]+\b)/u.test(next)
  if (openAbbreviations.has(lower)) return /^[\p{N}(,;]/u.test(next)
  if (isInitial(word, before)) return /^\p{Lu}/u.test(next)
  // "3." or "IV." alone is the number of what follows.
  return sentence.length < longestEnding && /^\s*(\d{1,3}|[ivxlc]{1,6}|[a-z])\.\s*$/iu.test(before)
}

/** "J." in "J. R. R. Tolkien"; but not the "I." that ends "So am I." */
function isInitial(word: string, before: string): boolean {
  if (!/^\p{Lu}$/u.test(word)) return false
  return word !== 'I' || /(^|\s)\p{Lu}\.\s*I\.\s*$/u.test(before)
}

function segmenterOf(locale: string | undefined): Intl.Segmenter {
  let segmenter = segmenters.get(locale)
  if (!segmenter) segmenters.set(locale, (segmenter = new Intl.Segmenter(locale, { granularity: 'sentence' })))
  return segmenter
}

function* stretches(text: string): Iterable<string> {
  let rest = text
  while (rest.length > longestSegmented) {
    const end = stretchEnd(rest.slice(0, longestSegmented))
    yield rest.slice(0, end)
    rest = rest.slice(end)
  }
  yield rest
}

/** Where a long text can be cut with the least harm: behind its last full stop, else at a space, else anywhere. */
function stretchEnd(head: string): number {
  const stop = /^[\s\S]*(?:[.!?…]["'’”)\]]*\s+(?=["'‘“([]*[\p{Lu}\p{N}])|[。！？])/u.exec(head)
  if (stop) return stop[0].length
  const space = head.lastIndexOf(' ')
  if (space > 0) return space + 1
  return /[\uD800-\uDBFF]$/.test(head) ? head.length - 1 : head.length
}
