/** English words that carry no subject. Lower case, straight apostrophes. */
export const englishStopWords: ReadonlySet<string> = new Set(
  `a about above across after afterwards again against ago ah all almost alone along already also although always am among
  amongst an and another any anybody anyone anything anywhere are aren't around as aside at away
  back be became because become becomes been before began begin beginning begun behind being below beside besides best better
  between beyond both bring brought but by call called came can can't cannot certain certainly come comes coming could
  couldn't dear did didn't do does doesn't doing don't done down during each either else enough etc even ever every everybody
  everyone everything everywhere except far felt few find first five for forth found four from full further gave get gets
  getting give given gives go goes going gone good got great had hadn't half hardly has hasn't have haven't having he he'd
  he'll he's heard hence her here herself hers him himself his how however hundred i i'd i'll i'm i've if in indeed instead
  into is isn't it it'd it'll it's its itself just keep kept knew know known last least left less let let's like likely
  little long look looked looking made make makes making many may maybe me mean might mine more moreover most mostly mr mrs
  much must mustn't my myself near nearly need never nevertheless new next no nobody none nor not nothing now nowhere
  o'clock of off often oh old on once one ones only onto or other others otherwise ought our ours ourselves out over own
  part per perhaps please put quite rather really reply replied right round said same saw say saying says see seem seemed
  seems seen several shall shan't she she'd she'll she's should shouldn't since six so some somebody someone something
  sometimes somewhere soon still such take taken tell ten than that that's the their theirs them themselves then there
  there's thereby therefore these they they'd they'll they're they've thing things think this those though thought thousand
  three through throughout thus till to together told too took toward towards tried try turned two twenty under unless until
  up upon us use used very want wanted was wasn't way we we'd we'll we're we've well went were weren't what what's whatever
  when whenever where whereas wherever whether which while who who's whoever whole whom whose why will with within without
  won't would wouldn't year years yes yet you you'd you'll you're you've your yours yourself yourselves thou thee thy thereof
  herein hereof therein hath`.split(/\s+/),
)

/** In English every third word is one of these; in other languages hardly one in ten is. */
const markers = new Set('the of and to a in that is was it for with as his on be at by i this had not but'.split(' '))
const leastEnglish = 0.16
/** Fewer words than these tell nothing of their language. */
const fewestTelling = 12

/** True when the words look like those of an English text. */
export function looksEnglish(words: readonly string[]): boolean {
  const sample = words.length > 4_000 ? words.slice(0, 4_000) : words
  return sample.filter((word) => markers.has(word)).length >= sample.length * leastEnglish
}

/**
 * The stop words of a text: the English list for English; for any other language its own short and frequent words, which
 * is rougher.
 */
export function stopWordsFor(words: readonly string[]): ReadonlySet<string> {
  if (words.length < fewestTelling || looksEnglish(words)) return englishStopWords
  const counts = new Map<string, number>()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  const least = Math.max(3, words.length * 0.004)
  const isStop = ([word, count]: [string, number]) => {
    const hasCase = /^\p{Ll}/u.test(word)
    return hasCase ? word.length <= 2 || (word.length <= 5 && count >= least) : word.length === 1
  }
  return new Set([...counts].filter(isStop).map(([word]) => word))
}
