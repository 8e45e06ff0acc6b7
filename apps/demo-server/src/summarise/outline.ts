/** A main point of a document, and the heading of the part it stands in, if that has one. */
export interface OutlinePoint {
  readonly heading: string | null
  readonly point: string
}

const longestHeading = 90

/** An outline as authors write it: a line `- Heading: point` for each item. */
export function formatOutline(points: readonly OutlinePoint[]): string {
  return points.map(({ heading, point }) => (heading ? `- ${inline(heading)}: ${point}` : `- ${point}`)).join('\n')
}

/** The points of an outline as an author wrote it, without the marks of a list; `Heading: point`, or the point alone. */
export function parseOutline(text: string): string[] {
  return text
    .split('\n')
    .map((line) =>
      line
        .replace(/^\s*(?:[-*•–]|\d{1,2}[.)]|#{1,6})\s+/, '')
        .replaceAll('**', '')
        .trim(),
    )
    .filter((line) => /[\p{L}\p{N}]/u.test(line))
}

/** A colon parts heading and point, so a heading has none of its own. */
function inline(heading: string): string {
  const text = heading.replace(/:\s+/g, ' – ')
  return text.length <= longestHeading ? text : `${text.slice(0, longestHeading - 1).trimEnd()}…`
}
