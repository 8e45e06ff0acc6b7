import { pickSentences, summaryWords } from './pick-sentences.js'
import type { Ranking } from './rank-sentences.js'
import type { SplitDocument } from './split-document.js'

/** How many sentences a paragraph of a summary has before the next section begins a new one. */
const sentencesPerParagraph = 3

/** An extractive summary: the document's own best sentences, in its own order. */
export function summaryText(document: SplitDocument, ranking: Ranking): string {
  const paragraphs: string[][] = [[]]
  let lastSection: number | undefined
  for (const index of pickSentences(document, ranking, summaryWords(document.words))) {
    const sentence = document.sentences[index]
    if (!sentence) continue
    const section = document.passages[sentence.passage]?.section
    const last = paragraphs.at(-1) ?? []
    if (last.length >= sentencesPerParagraph && section !== lastSection) paragraphs.push([sentence.text])
    else last.push(sentence.text)
    lastSection = section
  }
  return paragraphs.map((sentences) => sentences.join(' ')).join('\n\n')
}
