import { createBreather } from './breather.js'
import type { SparseVector, VectorSpace } from './tf-idf.js'

/** Options of `textRank`; all have defaults. */
export interface TextRankOptions {
  readonly signal?: AbortSignal
  /** Below this likeness two sentences are no neighbours. Default 0.08. */
  readonly leastSimilarity?: number
  /** How much of its weight a sentence gives on to its neighbours. Default 0.85. */
  readonly damping?: number
  /** Default 50. */
  readonly mostIterations?: number
  /** Told now and then how far it is, 0 to 100. */
  readonly onProgress?: (percentage: number) => void
}

/** What `textRank` finds. */
export interface TextRank {
  /** How central each vector is, 0 to 1; the most central has 1. */
  readonly scores: Float64Array
  /** By vector, how many others say nearly the same. */
  readonly repeats: readonly number[]
  /** Pairs of vectors that are alike. */
  readonly edges: number
  readonly iterations: number
}

/** Terms in more than this share of the vectors tell little and cost most. */
const mostCommon = 0.2
/** Sentences more alike than this are the same one twice; they may not vote each other up. */
const mostSimilarity = 0.75
/** When the ranks hardly move any more, per vector. */
const settled = 1e-5

/**
 * Ranks vectors by how central they are: the more a vector is like others that are central, the more central it is
 * (PageRank over the graph of likeness).
 *
 * @throws (rejects with) the signal's reason once it has aborted
 */
export async function textRank(space: VectorSpace, options: TextRankOptions = {}): Promise<TextRank> {
  const { signal, leastSimilarity = 0.08, damping = 0.85, mostIterations = 50, onProgress } = options
  const count = space.vectors.length
  const breather = createBreather(signal)
  const neighbours: number[][] = space.vectors.map(() => [])
  const likeness: number[][] = space.vectors.map(() => [])
  const repeats = new Array<number>(count).fill(0)
  const strength = new Float64Array(count)
  const postings = postingsOf(space)
  const sums = new Float64Array(count)
  let edges = 0

  for (const [i, vector] of space.vectors.entries()) {
    for (const j of addLikeness(sums, vector, i, postings)) {
      const similarity = sums[j] ?? 0
      sums[j] = 0
      if (similarity < leastSimilarity) continue
      if (similarity > mostSimilarity) {
        repeats[i] = (repeats[i] ?? 0) + 1
        repeats[j] = (repeats[j] ?? 0) + 1
        continue
      }
      neighbours[i]?.push(j)
      neighbours[j]?.push(i)
      likeness[i]?.push(similarity)
      likeness[j]?.push(similarity)
      strength[i] = (strength[i] ?? 0) + similarity
      strength[j] = (strength[j] ?? 0) + similarity
      edges += 1
    }
    if (!breather.isDue) continue
    onProgress?.((i / count) * 80)
    await breather.rest()
  }

  let ranks = new Float64Array(count).fill(1)
  let iterations = 0
  for (let moved = Number.POSITIVE_INFINITY; moved > settled * count && iterations < mostIterations; iterations++) {
    const next = new Float64Array(count).fill(1 - damping)
    moved = 0
    signal?.throwIfAborted()
    for (let i = 0; i < count; i++) {
      const share = (damping * (ranks[i] ?? 0)) / (strength[i] || 1)
      const [to, weights] = [neighbours[i] ?? [], likeness[i] ?? []]
      for (let k = 0; k < to.length; k++) {
        const j = to[k] ?? 0
        next[j] = (next[j] ?? 0) + share * (weights[k] ?? 0)
      }
      if (breather.isDue) await breather.rest()
    }
    for (let i = 0; i < count; i++) moved += Math.abs((next[i] ?? 0) - (ranks[i] ?? 0))
    ranks = next
    onProgress?.(80 + ((iterations + 1) / mostIterations) * 20)
  }
  const highest = ranks.reduce((most, rank) => Math.max(most, rank), 0)
  return { scores: ranks.map((rank) => (highest > 0 ? rank / highest : 0)), repeats, edges, iterations }
}

type Postings = readonly { readonly vectors: readonly number[]; readonly weights: readonly number[] }[]

/** For each term, the vectors that have it; none for terms that are everywhere. */
function postingsOf({ vectors, termCount }: VectorSpace): Postings {
  const postings = Array.from({ length: termCount }, () => ({ vectors: [] as number[], weights: [] as number[] }))
  for (const [i, { terms, weights }] of vectors.entries()) {
    for (let k = 0; k < terms.length; k++) {
      const posting = postings[terms[k] ?? 0]
      posting?.vectors.push(i)
      posting?.weights.push(weights[k] ?? 0)
    }
  }
  const most = Math.max(10, vectors.length * mostCommon)
  return postings.map((posting) => (posting.vectors.length > most ? { vectors: [], weights: [] } : posting))
}

/** Adds the likeness of vector `i` to each later one into `sums`; gives those that have any. */
function addLikeness(sums: Float64Array, { terms, weights }: SparseVector, i: number, postings: Postings): number[] {
  const touched: number[] = []
  for (let k = 0; k < terms.length; k++) {
    const posting = postings[terms[k] ?? 0]
    const weight = weights[k] ?? 0
    if (!posting) continue
    // Postings rise, so the later ones stand at the end.
    for (let p = posting.vectors.length - 1; p >= 0; p--) {
      const j = posting.vectors[p] ?? 0
      if (j <= i) break
      if (sums[j] === 0) touched.push(j)
      sums[j] = (sums[j] ?? 0) + weight * (posting.weights[p] ?? 0)
    }
  }
  return touched
}
