/** A text of at most `length` UTF-16 units, cut at the end of a clause or word and marked with an ellipsis. */
export function shorten(text: string, length: number): string {
  if (text.length <= length) return text
  const head = text.slice(0, length - 1)
  const clause = /^([\s\S]*[^\s,;:])[,;:—–]\s/u.exec(head)?.[1]
  if (clause !== undefined && clause.length >= length * 0.6) return `${clause}…`
  const space = head.lastIndexOf(' ')
  if (space >= length * 0.5) return `${head.slice(0, space).replace(/[\s,;:—–]+$/u, '')}…`
  return `${/[\uD800-\uDBFF]$/.test(head) ? head.slice(0, -1) : head}…`
}
