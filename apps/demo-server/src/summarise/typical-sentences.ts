import { createBreather } from './breather.js'
import type { Sentence } from './split-document.js'

const stretchCount = 100

/**
 * The sentences to compare, as rising indices: all of them, or of a document with more than `most` those of each stretch that use
 * the words of the whole most, so that no part of it goes unread.
 *
 * @throws (rejects with) the signal's reason once it has aborted
 */
export async function typicalSentences(
  sentences: readonly Sentence[],
  stopWords: ReadonlySet<string>,
  most: number,
  signal?: AbortSignal,
): Promise<number[]> {
  signal?.throwIfAborted()
  if (sentences.length <= most) return [...sentences.keys()]
  const breather = createBreather(signal)
  const counts = new Map<string, number>()
  for (const { words } of sentences) {
    for (const word of words) if (!stopWords.has(word)) counts.set(word, (counts.get(word) ?? 0) + 1)
    if (breather.isDue) await breather.rest()
  }
  const typical: number[] = []
  for (const { words } of sentences) {
    const known = [...new Set(words)].map((word) => Math.log(counts.get(word) ?? 1))
    // The constant keeps short exclamations from winning by one frequent word.
    typical.push(known.reduce((sum, weight) => sum + weight, 0) / (words.length + 6))
    if (breather.isDue) await breather.rest()
  }
  const stretchLength = Math.ceil(sentences.length / Math.min(stretchCount, most))
  const perStretch = Math.max(1, Math.floor(most / Math.min(stretchCount, most)))
  const chosen: number[] = []
  for (let start = 0; start < sentences.length; start += stretchLength) {
    const stretch = Array.from({ length: Math.min(stretchLength, sentences.length - start) }, (_, i) => start + i)
    chosen.push(...stretch.sort((a, b) => (typical[b] ?? 0) - (typical[a] ?? 0)).slice(0, perStretch))
  }
  return chosen.sort((a, b) => a - b)
}
