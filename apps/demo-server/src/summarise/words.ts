const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u
const word = /[\p{L}\p{M}\p{N}]+(?:['’-][\p{L}\p{M}\p{N}]+)*/gu
/** What is longer is a key, a picture in letters or some other data. */
const longestWord = 64
const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' })

/** The words of a sentence in lower case, in any script; apostrophes are straight. */
export function wordsOf(sentence: string): string[] {
  return surfaceWords(sentence).map((surface) => surface.toLowerCase().replaceAll('’', "'"))
}

/** The words of a sentence as they are written. */
export function surfaceWords(sentence: string): string[] {
  // The segmenter knows words without spaces between them, but takes many times as long.
  const found = unspaced.test(sentence)
    ? [...segmenter.segment(sentence)].filter(({ isWordLike }) => isWordLike).map(({ segment }) => segment)
    : (sentence.match(word) ?? [])
  return found.filter(({ length }) => length <= longestWord)
}

/**
 * The form under which a word is counted: without a possessive, a plural and the endings of verbs, where those are easily told.
 * Not for reading.
 */
export function stem(lowerWord: string): string {
  const base = lowerWord.replace(/'s?$/, '')
  if (base.length < 4 || !/^[a-z-]+$/.test(base)) return base
  const singular = singularOf(base)
  const verb = /^(.*[aeiouy].*)(?:ed|ing)$/.exec(singular)?.[1]
  return (verb !== undefined && verb.length >= 3 ? verb : singular).replace(/e$/, '')
}

function singularOf(word: string): string {
  if (/(?:ss|us|is)$/.test(word)) return word
  if (word.endsWith('ies') && word.length > 4) return `${word.slice(0, -3)}y`
  if (/(?:x|ch|sh|ss|zz)es$/.test(word)) return word.slice(0, -2)
  return word.endsWith('s') ? word.slice(0, -1) : word
}
