import type { OutlinePoint } from './outline.js'
import type { Ranking } from './rank-sentences.js'
import { shorten } from './shorten.js'
import type { Section, SplitDocument } from './split-document.js'
import { cosine, type SparseVector } from './tf-idf.js'

/** How many items an outline has at most; the shortest parts are left out. */
const mostItems = 18
const longestPoint = 170
/** What likeness to a point of an earlier part costs, against what importance is worth. */
const repetitionCost = 0.6

interface Part {
  readonly heading: string | null
  readonly firstPassage: number
  readonly endPassage: number
}

/** The main points of a document: the most important sentence of each part, under the part's heading. */
export function outlinePoints(document: SplitDocument, ranking: Ranking): OutlinePoint[] {
  const parts = partsOf(document)
  const kept = new Set([...parts].sort((a, b) => sizeOf(b) - sizeOf(a)).slice(0, mostItems))
  const chosen: number[] = []
  return parts
    .filter((part) => kept.has(part))
    .map((part) => {
      const best = bestOf(part, document, ranking, chosen)
      chosen.push(best)
      return { heading: part.heading, point: shorten(document.sentences[best]?.text ?? '', longestPoint) }
    })

  function sizeOf({ firstPassage, endPassage }: Part): number {
    const [first, end] = sentenceRange(document, firstPassage, endPassage)
    return document.sentences.slice(first, end).reduce((sum, { words }) => sum + words.length, 0)
  }
}

/** The sections of the topmost level that has several; without headings, about equal stretches of the text. */
function partsOf({ sections, passages }: SplitDocument): Part[] {
  const levels = [...new Set(sections.filter(({ heading }) => heading !== null).map(({ level }) => level))].sort(
    (a, b) => a - b,
  )
  for (const level of levels) {
    const parts = joinTo(level, sections).filter((part) => part.endPassage > part.firstPassage)
    if (parts.length >= 3) return parts
  }
  const filled = sections.filter((section) => section.endPassage > section.firstPassage)
  if (filled.length >= 2) return filled
  const count = Math.max(1, Math.min(passages.length, 8, Math.round(Math.sqrt(passages.length) + 1)))
  return Array.from({ length: count }, (_, n) => ({
    heading: null,
    firstPassage: Math.floor((n * passages.length) / count),
    endPassage: Math.floor(((n + 1) * passages.length) / count),
  }))
}

function joinTo(level: number, sections: readonly Section[]): Part[] {
  const parts: Part[] = []
  for (const section of sections) {
    const last = parts.at(-1)
    if (last && section.level > level) parts[parts.length - 1] = { ...last, endPassage: section.endPassage }
    else parts.push(section)
  }
  return parts
}

/** The most important sentence of a part that does not repeat what was chosen for the parts before. */
function bestOf(
  { firstPassage, endPassage }: Part,
  document: SplitDocument,
  { scores, vectors }: Ranking,
  chosen: readonly number[],
): number {
  const [first, end] = sentenceRange(document, firstPassage, endPassage)
  const worth = (index: number) => {
    const repeated = chosen.reduce((most, other) => Math.max(most, likeness(vectors[index], vectors[other])), 0)
    return (scores[index] ?? 0) - repeated * repetitionCost
  }
  let best = first
  let highest = worth(first)
  for (let index = first + 1; index < end; index++) {
    const value = worth(index)
    if (value > highest) [best, highest] = [index, value]
  }
  return best
}

function likeness(a: SparseVector | undefined, b: SparseVector | undefined): number {
  return a && b ? cosine(a, b) : 0
}

function sentenceRange({ passages }: SplitDocument, firstPassage: number, endPassage: number): [number, number] {
  const first = passages[firstPassage]?.firstSentence ?? 0
  return [first, passages[endPassage - 1]?.endSentence ?? first + 1]
}
