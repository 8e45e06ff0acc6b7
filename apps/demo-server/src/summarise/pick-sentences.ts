import type { Ranking } from './rank-sentences.js'
import type { SplitDocument } from './split-document.js'
import { cosine } from './tf-idf.js'

/** How many of the best sentences are weighed against each other. */
const mostCandidates = 240
/** What likeness to a picked sentence costs, against what importance is worth. */
const redundancyCost = 0.5
/** What each sentence picked from the same section costs the next from there. */
const crowdingCost = 0.12
/** What each sentence picked from the same paragraph costs the next from there. */
const adjacencyCost = 0.15

/** What is more alike is the same sentence again. */
const mostLikeness = 0.85

/** How long a summary is: a share of a short text, growing slowly with a long one. */
export function summaryWords(documentWords: number): number {
  return Math.round(Math.min(documentWords * 0.3, 30 + 3.2 * Math.sqrt(documentWords), 400))
}

/**
 * The sentences of a summary as rising indices: the most important ones that do not repeat each other, from as many
 * sections as possible (maximal marginal relevance).
 *
 * @param words how many words they should have together; at least one sentence comes in any case
 */
export function pickSentences({ sentences, passages }: SplitDocument, ranking: Ranking, words: number): number[] {
  const { scores, vectors } = ranking
  let candidates = [...sentences.keys()]
    .filter((index) => (scores[index] ?? 0) > 0)
    .sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0))
    .slice(0, mostCandidates)
  if (candidates.length === 0) return [0]

  const picked: number[] = []
  const cost = new Map<number, number>()
  let wordsLeft = words
  while (candidates.length > 0) {
    const worth = (index: number) => (scores[index] ?? 0) - (cost.get(index) ?? 0)
    const best = candidates.reduce((most, index) => (worth(index) > worth(most) ? index : most))
    candidates.splice(candidates.indexOf(best), 1)
    const length = sentences[best]?.words.length ?? 0
    if (picked.length > 0 && length > wordsLeft * 1.2) continue
    picked.push(best)
    wordsLeft -= length
    if (wordsLeft < Math.min(8, words * 0.1)) break
    const vector = vectors[best]
    const passage = sentences[best]?.passage ?? -1
    candidates = candidates.filter((index) => {
      const likeness = vector && vectors[index] ? cosine(vector, vectors[index]) : 0
      const other = sentences[index]?.passage ?? -1
      const crowding = passages[other]?.section === passages[passage]?.section ? crowdingCost : 0
      const adjacency = other === passage ? adjacencyCost : 0
      cost.set(index, (cost.get(index) ?? 0) + likeness * redundancyCost + crowding + adjacency)
      return likeness <= mostLikeness
    })
  }
  return picked.sort((a, b) => a - b)
}
