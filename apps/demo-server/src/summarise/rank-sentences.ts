import { sentenceWeigher } from './sentence-weight.js'
import type { SplitDocument } from './split-document.js'
import { stopWordsFor } from './stop-words.js'
import { type TextRankOptions, textRank } from './text-rank.js'
import { type SparseVector, vectorise } from './tf-idf.js'
import { typicalSentences } from './typical-sentences.js'

/** How many sentences are compared with each other at most: two million pairs. */
export const maxComparedSentences = 2_000

/** How important the sentences of a document are. */
export interface Ranking {
  /** By sentence, 0 to 1. */
  readonly scores: readonly number[]
  /** By sentence; empty for one that was not compared. */
  readonly vectors: readonly SparseVector[]
  readonly stopWords: ReadonlySet<string>
  /** How many sentences were compared: all, or the most typical ones from every stretch of a long document. */
  readonly compared: number
  readonly edges: number
  readonly iterations: number
}

/** What is said over and over is a formula, and tells less with every time. */
const formulaCost = 0.25

const nothing: SparseVector = { terms: [], weights: [] }

/**
 * Ranks the sentences of a document by how much of it they speak of (TextRank over TF-IDF), and a little by their place
 * and form.
 *
 * @throws (rejects with) the signal's reason once it has aborted
 */
export async function rankSentences(document: SplitDocument, options: TextRankOptions = {}): Promise<Ranking> {
  options.signal?.throwIfAborted()
  const { sentences } = document
  const stopWords = stopWordsFor(sentences.flatMap(({ words }) => words))
  const chosen = await typicalSentences(document.sentences, stopWords, maxComparedSentences, options.signal)
  const space = vectorise(
    chosen.map((index) => sentences[index]?.words ?? []),
    stopWords,
  )
  const { scores, repeats, edges, iterations } = await textRank(space, options)

  const weigh = sentenceWeigher(document, stopWords)
  const weighted = new Array<number>(sentences.length).fill(0)
  const vectors = new Array<SparseVector>(sentences.length).fill(nothing)
  for (const [i, index] of chosen.entries()) {
    weighted[index] = ((scores[i] ?? 0) * weigh(index)) / (1 + (repeats[i] ?? 0) * formulaCost)
    vectors[index] = space.vectors[i] ?? nothing
  }
  const highest = weighted.reduce((most, score) => Math.max(most, score), 0)
  return {
    scores: weighted.map((score) => (highest > 0 ? score / highest : 0)),
    vectors,
    stopWords,
    compared: chosen.length,
    edges,
    iterations,
  }
}
