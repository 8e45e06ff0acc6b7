const mostKeywords = 15
const longestKeyword = 60

/** Reads keywords from an author's answer: one a line, or parted by commas; marks of lists and repetitions are dropped. */
export function parseKeywords(text: string): string[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const entries = lines.length > 1 ? lines : text.split(/[,;、，]/)
  const seen = new Set<string>()
  return entries
    .map((entry) =>
      entry
        .replace(/^\s*(?:[-*•–]|\d{1,2}[.)])\s+/, '')
        .replace(/^["“'*]+|["”'*.,;]+$/g, '')
        .trim(),
    )
    .filter((entry) => {
      const key = entry.toLowerCase()
      const isNew = entry !== '' && entry.length <= longestKeyword && !seen.has(key)
      seen.add(key)
      return isNew
    })
    .slice(0, mostKeywords)
}
