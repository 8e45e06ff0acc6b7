import { stem } from './words.js'

/** A sparse vector of length 1 (or 0): term numbers in rising order, and their weights. */
export interface SparseVector {
  readonly terms: readonly number[]
  readonly weights: readonly number[]
}

/** The vectors of some texts over their common terms. */
export interface VectorSpace {
  readonly vectors: readonly SparseVector[]
  readonly termCount: number
}

/** Weighs the words of each text by how often they stand in it and how few texts they stand in (TF-IDF). */
export function vectorise(texts: readonly (readonly string[])[], stopWords: ReadonlySet<string>): VectorSpace {
  const termOf = new Map<string, number>()
  const documentCounts: number[] = []
  const counted = texts.map((words) => {
    const counts = new Map<number, number>()
    for (const word of words) {
      if (stopWords.has(word)) continue
      const key = stem(word)
      let term = termOf.get(key)
      if (term === undefined) termOf.set(key, (term = termOf.size))
      const before = counts.get(term) ?? 0
      counts.set(term, before + 1)
      if (before === 0) documentCounts[term] = (documentCounts[term] ?? 0) + 1
    }
    return counts
  })
  const rarity = (term: number) => Math.log(1 + texts.length / (documentCounts[term] ?? 1))
  const vectors = counted.map((counts) => {
    const terms = [...counts.keys()].sort((a, b) => a - b)
    return normalise({ terms, weights: terms.map((term) => (1 + Math.log(counts.get(term) ?? 1)) * rarity(term)) })
  })
  return { vectors, termCount: termOf.size }
}

/** How alike two vectors are: 0 (nothing in common) to 1. */
export function cosine(a: SparseVector, b: SparseVector): number {
  let sum = 0
  for (let i = 0, j = 0; i < a.terms.length && j < b.terms.length; ) {
    const left = a.terms[i] ?? 0
    const right = b.terms[j] ?? 0
    if (left === right) sum += (a.weights[i++] ?? 0) * (b.weights[j++] ?? 0)
    else if (left < right) i++
    else j++
  }
  return sum
}

function normalise({ terms, weights }: SparseVector): SparseVector {
  const length = Math.sqrt(weights.reduce((sum, weight) => sum + weight * weight, 0))
  return length === 0 ? { terms: [], weights: [] } : { terms, weights: weights.map((weight) => weight / length) }
}
