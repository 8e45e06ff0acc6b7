import { infoOf } from '../drivers/names.js'
import { medianOf, type Outcome, ratioOf } from '../outcome.js'

/** A case as a Markdown table: a row a driver, medians, and in brackets how many times the limit. */
export function tableOf(outcome: Outcome): string {
  const { measured, figures, failures } = outcome
  const rows = measured.drivers.flatMap((driver) => {
    if (!figures.has(driver)) return []
    const cells = measured.figures.map(({ key, digits, hasRatio }) => {
      const value = format(medianOf(outcome, driver, key), digits)
      return hasRatio ? `${value} (${format(ratioOf(outcome, driver, key, measured.limit), 2)})` : value
    })
    return [[infoOf(driver).title, ...cells]]
  })
  const head = ['', ...measured.figures.map(({ title }) => title)]
  const notes = [...failures].map(([driver, why]) => `${infoOf(driver).title} failed: ${why.split('\n')[0]}`)
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
