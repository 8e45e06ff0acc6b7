import type { SplitDocument } from './split-document.js'
import { stem, wordsOf } from './words.js'

/** Leans on the sentence before it, which a summary may not have. */
const leaningOpening =
  /^\P{L}*(?:and|but|so|then|this|that|these|those|he|she|it|they|him|her|his|their|here|there|however|therefore)\b/iu

/** What the place and form of a sentence say of its worth for a summary: gives a factor around 1 by its index. */
export function sentenceWeigher(document: SplitDocument, stopWords: ReadonlySet<string>): (index: number) => number {
  const { sentences, passages, sections, title } = document
  const titleWords = wordsOf(title ?? '').filter((word) => !stopWords.has(word))
  const subject = new Set(titleWords.map(stem))
  const openings = new Set(sections.map(({ firstPassage }) => passages[firstPassage]?.firstSentence))
  const spoken = spokenSentences(document)
  return (index) => {
    const sentence = sentences[index]
    if (!sentence) return 0
    const { text, words } = sentence
    let factor = lengthFactor(words.length)
    if (/[?？]["'’”)]*$/.test(text)) factor *= 0.7
    if (/[:：][—–-]*$/.test(text)) factor *= 0.6
    if (spoken.has(index)) factor *= 0.4
    if (leaningOpening.test(text) || /^\P{L}*\p{Ll}/u.test(text)) factor *= 0.8
    if (openings.has(index)) factor *= index === 0 ? 1.6 : 1.25
    if (words.some((word) => subject.has(stem(word)))) factor *= 1.1
    return factor
  }
}

/** Too short to tell anything, or too long to read: both are worth less. */
function lengthFactor(words: number): number {
  if (words < 6) return 0.2
  if (words < 9) return 0.4
  return words <= 45 ? 1 : Math.max(0.45, 1 - (words - 45) / 120)
}

/** Sentences that begin as, stand within, or break off a quotation: who speaks stands elsewhere. */
function spokenSentences({ passages, sentences }: SplitDocument): Set<number> {
  const spoken = new Set<number>()
  for (const { firstSentence, endSentence } of passages) {
    let open = 0
    for (let index = firstSentence; index < endSentence; index++) {
      const text = sentences[index]?.text ?? ''
      const balance = quoteBalance(text)
      if (open > 0 || balance !== 0 || /^["“‘'«([]/.test(text)) spoken.add(index)
      open = Math.max(0, open + balance)
    }
  }
  return spoken
}

/** How many quotations a text opens and does not close; negative for the other way. */
export function quoteBalance(text: string): number {
  const count = (mark: RegExp) => text.match(mark)?.length ?? 0
  // An apostrophe inside or before a word closes nothing.
  const typographic = count(/[“‘]/g) - count(/”|’(?!\p{L})/gu)
  return typographic === 0 ? count(/"/g) % 2 : typographic
}
