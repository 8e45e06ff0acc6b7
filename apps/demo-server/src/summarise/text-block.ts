/** A stretch of lines that stand together: a paragraph, an item of a list, or a line that may be a heading. */
export interface TextBlock {
  /** The lines joined to one, single spaces between words. */
  readonly text: string
  /** True for one line that stands alone: only such a one can be a heading. */
  readonly isSingleLine: boolean
  /** The level that a mark made it a heading of: `#` in front, or a rule beneath. */
  readonly markedLevel?: number
}

/** A line above this length was not broken to fit a page, so each such line is a paragraph. */
const longestWrappedLine = 120

const bullet = /^\s*(?:[-*•‣–▪]|\d{1,3}[.)])\s+(?=\S)/
const rule = /^[\s\p{P}\p{S}]*$/u

/**
 * Splits a text into its blocks: at blank lines, at list items, and at each line where lines are paragraphs. Undoes hard
 * line breaks; lines of nothing but punctuation are dropped.
 */
export function splitBlocks(text: string): TextBlock[] {
  return text
    .split(/\n[^\S\n]*\n/)
    .flatMap((group) => groupBlocks(group.split('\n').filter((line) => line.trim() !== '')))
}

function groupBlocks(lines: readonly string[]): TextBlock[] {
  const [first = '', second = ''] = lines
  const hashes = /^\s{0,3}(#{1,6})\s+(.+?)\s*#*$/.exec(first)
  if (hashes?.[1] && hashes[2]) return [heading(hashes[2], hashes[1].length), ...groupBlocks(lines.slice(1))]
  const underline = /^\s*([=~-])\1{2,}\s*$/.exec(second)
  if (underline && first.trim().length <= 100) {
    return [heading(first, underline[1] === '=' ? 1 : 2), ...groupBlocks(lines.slice(2))]
  }
  return paragraphs(lines.filter((line) => !rule.test(line)))
}

function heading(line: string, markedLevel: number): TextBlock {
  return { text: tidy(line), isSingleLine: true, markedLevel }
}

function paragraphs(lines: readonly string[]): TextBlock[] {
  const isList = lines.filter((line) => bullet.test(line)).length > 1 || bullet.test(lines[0] ?? '')
  const isLinePerParagraph = lines.length > 1 && lines.some((line) => line.length > longestWrappedLine)
  const groups: string[][] = []
  for (const line of lines) {
    const isNew = groups.length === 0 || isLinePerParagraph || (isList && bullet.test(line))
    if (isNew) groups.push([isList ? line.replace(bullet, '') : line])
    else groups.at(-1)?.push(line)
  }
  const isSingleLine = lines.length === 1 && !isList
  return groups.map((group) => ({ text: tidy(joinLines(group)), isSingleLine }))
}

/** A hyphen at the end of a line is kept, without a space: whether it belongs to the word cannot be told. */
function joinLines(lines: readonly string[]): string {
  return lines.map((line) => (/\p{L}[-‐]\s*$/u.test(line) ? line.trimEnd() : `${line} `)).join('')
}

function tidy(text: string): string {
  return text.replaceAll('\u00ad', '').replace(/\s+/g, ' ').trim()
}
