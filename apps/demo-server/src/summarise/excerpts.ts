import type { Material } from './author.js'

/** The passages of a document that a model gets to read. */
export interface Excerpts {
  /** In the document's order, with the headings above them. */
  readonly text: string
  readonly passages: number
  /** True when that is the whole document. */
  readonly isWhole: boolean
}

/** The best of a passage that is too long to be taken whole is its beginning. */
const longestPassage = 4_000

/**
 * The whole document where it fits into the budget, else its most important passages: first the best one of each section, then the
 * others by their best sentence, with some favour for those that open a section.
 *
 * @param budget UTF-16 units of text
 */
export function chooseExcerpts({ document, ranking }: Material, budget: number): Excerpts {
  const { passages, sections } = document
  const worth = passages.map(({ firstSentence, endSentence }) =>
    ranking.scores.slice(firstSentence, endSentence).reduce((most, score) => Math.max(most, score), 0),
  )
  for (const { firstPassage, endPassage } of sections) {
    if (endPassage === firstPassage) continue
    worth[firstPassage] = (worth[firstPassage] ?? 0) + 0.25
    let best = firstPassage
    for (let index = firstPassage; index < endPassage; index++)
      if ((worth[index] ?? 0) > (worth[best] ?? 0)) best = index
    worth[best] = (worth[best] ?? 0) + 2
  }
  const chosen = new Set<number>()
  let left = budget
  for (const index of [...passages.keys()].sort((a, b) => (worth[b] ?? 0) - (worth[a] ?? 0))) {
    const length = Math.min(passages[index]?.text.length ?? 0, longestPassage) + 2
    if (length > left && chosen.size > 0) continue
    chosen.add(index)
    left -= length
  }
  const isWhole = chosen.size === passages.length && !document.isCut && left >= 0

  const lines: string[] = []
  let section = -1
  for (const index of [...chosen].sort((a, b) => a - b)) {
    const passage = passages[index]
    if (!passage) continue
    const heading = sections[passage.section]?.heading
    if (passage.section !== section && heading) lines.push(`## ${heading}`)
    section = passage.section
    lines.push(passage.text.slice(0, Math.min(longestPassage, budget)))
  }
  return { text: lines.join('\n\n'), passages: chosen.size, isWhole }
}
