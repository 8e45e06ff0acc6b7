import { createBreather } from './breather.js'
import { DocumentError } from './document-error.js'
import { readDocument } from './document-text.js'
import { type Heading, headingOf, isTitleLike, plainCase } from './heading.js'
import { splitSentences } from './sentences.js'
import { splitBlocks, type TextBlock } from './text-block.js'
import { wordsOf } from './words.js'

/** A part of a document with a heading of its own, or the part before the first heading; may be empty. Ends are exclusive. */
export interface Section {
  readonly heading: string | null
  /** 1 is the topmost. */
  readonly level: number
  readonly firstPassage: number
  readonly endPassage: number
}

/** A paragraph or list item. */
export interface Passage {
  readonly text: string
  readonly section: number
  readonly firstSentence: number
  readonly endSentence: number
}

/** A sentence. */
export interface Sentence {
  readonly text: string
  readonly passage: number
  /** Its words in lower case, in order. */
  readonly words: readonly string[]
}

/** A document in its parts; each names the others by index. */
export interface SplitDocument {
  readonly title: string | null
  readonly sections: readonly Section[]
  readonly passages: readonly Passage[]
  readonly sentences: readonly Sentence[]
  readonly words: number
  /** Length of the document in UTF-16 units. */
  readonly characters: number
  /** True when the document is longer than what is read of it. */
  readonly isCut: boolean
}

/** Options of `splitDocument`. */
export interface SplitOptions {
  readonly signal?: AbortSignal
  /** Language of the text, as `de`. Default: none. */
  readonly locale?: string
  /** Told now and then how far it is, 0 to 100. */
  readonly onProgress?: (percentage: number) => void
}

/**
 * Splits a document into sections, passages and sentences.
 *
 * @throws (rejects with) DocumentError for what is not a text with sentences; the signal's reason once it has aborted
 */
export async function splitDocument(source: string | Uint8Array, options: SplitOptions = {}): Promise<SplitDocument> {
  const { signal, locale, onProgress } = options
  const breather = createBreather(signal)
  await breather.rest()
  const { text, characters, isCut } = readDocument(source)
  const { title, drafts } = draftSections(splitBlocks(text))

  const sections: Section[] = []
  const passages: Passage[] = []
  const sentences: Sentence[] = []
  let wordCount = 0
  let read = 0
  for (const { heading, level, blocks } of drafts) {
    const section = sections.length
    const firstPassage = passages.length
    for (const block of blocks) {
      const firstSentence = sentences.length
      for (const sentence of splitSentences(block, locale)) {
        const words = wordsOf(sentence)
        wordCount += words.length
        sentences.push({ text: sentence, passage: passages.length, words })
        if (!breather.isDue) continue
        onProgress?.((read / text.length) * 100)
        await breather.rest()
      }
      if (sentences.length > firstSentence) {
        passages.push({ text: block, section, firstSentence, endSentence: sentences.length })
      }
      read += block.length
    }
    const isEmpty = passages.length === firstPassage
    // A heading above headings has no text of its own, and is needed all the same.
    if (heading !== null || !isEmpty) sections.push({ heading, level, firstPassage, endPassage: passages.length })
  }
  if (wordCount === 0) {
    const message =
      'Expected a text with at least one sentence; this one has none. Paste a text or choose another file.'
    throw new DocumentError('no_sentences', message)
  }
  return { title, sections, passages, sentences, words: wordCount, characters, isCut }
}

interface DraftSection {
  heading: string | null
  level: number
  style?: Heading['style']
  isBare?: boolean
  blocks: string[]
}

/** Above this share of plain headings a document has lines rather than headings: a poem, a log, an address book. */
const mostPlainHeadings = 0.34

function draftSections(blocks: readonly TextBlock[]): { title: string | null; drafts: DraftSection[] } {
  const found = blocks.map(headingOf)
  const plain = found.filter((heading) => heading?.style === 'plain').length
  const isPlainTrusted = plain <= Math.max(1, blocks.length * mostPlainHeadings)

  const drafts: DraftSection[] = [{ heading: null, level: 1, blocks: [] }]
  for (const [i, { text, isSingleLine }] of blocks.entries()) {
    const candidate = found[i]
    const heading = candidate?.style === 'plain' && !isPlainTrusted ? undefined : candidate
    const last = drafts.at(-1)
    const isSubtitle = last?.isBare && last.blocks.length === 0 && isSingleLine && heading?.style !== 'numbered'
    if (last && isSubtitle && isTitleLike(text)) {
      last.heading = `${last.heading}: ${plainCase(text)}`
      last.isBare = false
    } else if (heading) drafts.push({ ...heading, heading: heading.text, blocks: [] })
    else last?.blocks.push(text)
  }
  if (drafts.every(({ blocks: body }) => body.length === 0)) {
    // Nothing but headings, so they are what there is to read.
    return { title: null, drafts: [{ heading: null, level: 1, blocks: blocks.map(({ text }) => text) }] }
  }
  return takeTitle(drafts)
}

/** The first heading is the title when the text begins with it and it stands above the rest. */
function takeTitle(drafts: DraftSection[]): { title: string | null; drafts: DraftSection[] } {
  const [before, first] = drafts
  const isAtTop = before?.blocks.length === 0 && first !== undefined && first.style !== 'numbered'
  if (!isAtTop) return { title: null, drafts }
  const standsAbove = first.level === 1 && drafts.filter(({ heading, level }) => heading && level === 1).length === 1
  if (first.blocks.length > 0 && !standsAbove && drafts.length > 2) return { title: null, drafts }
  return { title: first.heading, drafts: [{ ...first, heading: null, level: 1 }, ...drafts.slice(2)] }
}
