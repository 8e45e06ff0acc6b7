import { medianOf, type Outcome, ratioOf } from '../outcome.js'

/** A case as a Markdown table: medians, and in brackets how many times the limit. */
export function tableOf(outcome: Outcome): string {
  const { measured, figures, failures } = outcome
  const rows = measured.rows.flatMap(({ key: row, title }) => {
    if (!figures.has(row)) return []
    const cells = measured.figures.map(({ key, digits, hasRatio }) => {
      const value = format(medianOf(outcome, row, key), digits)
      return hasRatio ? `${value} (${format(ratioOf(outcome, row, key, measured.limit), 2)})` : value
    })
    return [[title, ...cells]]
  })
  const head = ['', ...measured.figures.map(({ title }) => title)]
  const notes = measured.rows.flatMap(({ key, title }) => {
    const why = failures.get(key)
    return why === undefined ? [] : [`${title} failed: ${why.split('\n')[0]}`]
  })
  return [markdown(head, rows), ...notes].join('\n\n')
}

/** A Markdown table; the first column to the left, the others to the right. */
export function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const rule = head.map((_, i) => (i === 0 ? '---' : '---:'))
  return [line(head), line(rule), ...rows.map(line)].join('\n')
}

/** A number with so many digits after the point; a dash where there is none. */
export function format(value: number, digits: number): string {
  if (!Number.isFinite(value)) return '–'
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}
