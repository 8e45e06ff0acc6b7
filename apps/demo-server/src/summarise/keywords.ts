import { createBreather } from './breather.js'
import type { SplitDocument } from './split-document.js'
import { stem, surfaceWords } from './words.js'

/** How many keywords a document gets at most. */
const mostKeywords = 12
/** With fewer words that come back, those that come once count too. */
const fewestKeywords = 4
const longestPhrase = 3

interface Candidate {
  readonly stems: readonly string[]
  readonly surfaces: Map<string, number>
  /** The stretches of the document it stands in. */
  readonly parts: Set<number>
  count: number
}

/**
 * The words and phrases that a document turns on: runs of words between stop words and punctuation (as RAKE finds them), weighed
 * by how often and in how many parts of the document they stand. Best first.
 *
 * @throws (rejects with) the signal's reason once it has aborted
 */
export async function keywordsOf(
  { sentences }: SplitDocument,
  stopWords: ReadonlySet<string>,
  signal?: AbortSignal,
): Promise<string[]> {
  signal?.throwIfAborted()
  const breather = createBreather(signal)
  const candidates = new Map<string, Candidate>()
  const stretch = Math.max(1, Math.ceil(sentences.length / 40))
  for (const [i, { text }] of sentences.entries()) {
    for (const phrase of phrasesOf(text, stopWords)) {
      for (const part of partsOf(phrase)) addCandidate(candidates, part, Math.floor(i / stretch))
    }
    if (breather.isDue) await breather.rest()
  }
  const all = [...candidates.values()]
  const repeated = all.filter(({ count }) => count > 1)
  const ranked = (repeated.length >= fewestKeywords ? repeated : all)
    .map((candidate) => ({ candidate, worth: worthOf(candidate) }))
    .sort((a, b) => b.worth - a.worth)
    .slice(0, mostKeywords * 20)
  return choose(ranked.map(({ candidate }) => candidate)).map(shownForm)
}

/** Raw frequency would let one name outweigh all else; a phrase tells more than a word, a name more than a noun. */
function worthOf({ stems, count, parts, surfaces }: Candidate): number {
  const isName = ![...surfaces.keys()].some((form) => form === form.toLowerCase())
  return count ** 0.75 * (1 + Math.log(parts.size)) * (stems.length > 1 ? 2 : 1) * (isName ? 1.5 : 1)
}

/** Takes the best; a phrase beside its own words only where each also stands without the other. */
function choose(ranked: readonly Candidate[]): Candidate[] {
  const chosen: Candidate[] = []
  for (const candidate of ranked) {
    const isKin = ({ stems }: Candidate) => stems.some((key) => candidate.stems.includes(key))
    const kin = chosen.filter(isKin)
    const replaced = chosen.findIndex((other) => isKin(other) && isMostly(other, candidate))
    if (replaced >= 0) chosen[replaced] = candidate
    else if (kin.every((other) => standsApart(candidate, other)) && chosen.length < mostKeywords) chosen.push(candidate)
  }
  return [...new Set(chosen)]
}

/** "Turtle" is found first, but hardly ever stands without "Mock". */
function isMostly(word: Candidate, phrase: Candidate): boolean {
  return phrase.stems.length > word.stems.length && phrase.count >= word.count * 0.6
}

function standsApart(candidate: Candidate, other: Candidate): boolean {
  const [phrase, word] = candidate.stems.length > other.stems.length ? [candidate, other] : [other, candidate]
  const isPart = word.stems.every((key) => phrase.stems.includes(key))
  return isPart && phrase.count >= Math.max(3, word.count * 0.2) && word.count >= phrase.count * 2
}

function addCandidate(candidates: Map<string, Candidate>, words: readonly string[], part: number): void {
  const stems = words.map((word) => stem(word.toLowerCase().replaceAll('’', "'")))
  const key = stems.join(' ')
  const surface = words.join(' ').replace(/['’]s?$/, '')
  const candidate = candidates.get(key) ?? { stems, surfaces: new Map(), parts: new Set(), count: 0 }
  candidate.count += 1
  candidate.parts.add(part)
  candidate.surfaces.set(surface, (candidate.surfaces.get(surface) ?? 0) + 1)
  candidates.set(key, candidate)
}

/** Runs of words with neither a stop word nor punctuation between them. */
function phrasesOf(text: string, stopWords: ReadonlySet<string>): string[][] {
  return text.split(/[^\p{L}\p{M}\p{N}\s'’-]+|\s['’-]+|['’-]+\s/u).flatMap((clause) => {
    const phrases: string[][] = [[]]
    for (const word of surfaceWords(clause)) {
      const isContent = !stopWords.has(word.toLowerCase().replaceAll('’', "'")) && /\p{L}{2}|\p{Script=Han}/u.test(word)
      if (isContent) phrases.at(-1)?.push(word)
      else phrases.push([])
    }
    return phrases.filter((phrase) => phrase.length > 0)
  })
}

/** Every stretch of one to three words of a phrase. */
function* partsOf(phrase: readonly string[]): Iterable<readonly string[]> {
  for (let length = 1; length <= longestPhrase; length++) {
    for (let start = 0; start + length <= phrase.length; start++) yield phrase.slice(start, start + length)
  }
}

/** As it is written most often; in lower case where that is common at all, since a sentence begins with a capital. */
function shownForm({ surfaces, count }: Candidate): string {
  const forms = [...surfaces].sort((a, b) => b[1] - a[1])
  const lower = forms.find(([form]) => form === form.toLowerCase())
  if (lower && lower[1] >= count * 0.25) return lower[0]
  return forms.find(([form]) => /\p{Ll}/u.test(form))?.[0] ?? forms[0]?.[0] ?? ''
}
