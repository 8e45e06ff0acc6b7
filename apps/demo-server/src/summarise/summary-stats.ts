import type { Author, Material } from './author.js'
import { wordsOf } from './words.js'

/** A summary in numbers. */
export interface SummaryStats {
  readonly characters: number
  readonly words: number
  readonly sentences: number
  readonly passages: number
  readonly sections: number
  readonly summaryWords: number
  /** How long the document takes to read, minutes, at 230 words each. */
  readonly readingMinutes: number
  /** What part of the document's words the summary has, 0 to 1. */
  readonly share: number
  /** True when the document was too long to be read whole. */
  readonly isCut: boolean
  readonly author: string
  /** True when a language model wrote. */
  readonly connected: boolean
}

const wordsPerMinute = 230

/** The numbers of a document and the summary that an author wrote of it. */
export function summaryStats({ document }: Material, summary: string, { name, connected }: Author): SummaryStats {
  const { characters, words, sentences, passages, sections, isCut } = document
  const summaryWords = countWords(summary)
  return {
    characters,
    words,
    sentences: sentences.length,
    passages: passages.length,
    sections: sections.filter(({ heading }) => heading !== null).length,
    summaryWords,
    readingMinutes: Math.max(1, Math.round(words / wordsPerMinute)),
    share: words > 0 ? Math.round((summaryWords / words) * 1_000) / 1_000 : 0,
    isCut,
    author: name,
    connected,
  }
}

/** How many words a text has. */
export function countWords(text: string): number {
  return text.split('\n').reduce((sum, line) => sum + wordsOf(line).length, 0)
}
