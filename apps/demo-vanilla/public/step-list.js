import { element, setText } from './element.js'
import { marks, seconds } from './page.js'

/** The tree of steps; each keeps its node for as long as it is shown. */
export function createStepList(list) {
  const shown = new Map()

  return {
    show(rows) {
      const seen = new Set()
      fill(list, rows, seen)
      for (const [stepId, { item }] of shown) {
        if (seen.has(stepId)) continue
        item.remove()
        shown.delete(stepId)
      }
    },

    /** What still runs in a run that is over was given up with it. */
    showTimes(runEndedAt) {
      for (const { time, row } of shown.values()) {
        setText(time, seconds(row.startedAt, row.endedAt ?? runEndedAt ?? Date.now()))
      }
    },
  }

  function fill(parent, rows, seen) {
    for (const [index, row] of rows.entries()) {
      const step = shown.get(row.stepId) ?? createStep()
      shown.set(row.stepId, step)
      seen.add(row.stepId)
      step.row = row
      step.item.dataset.status = step.line.dataset.status = row.status
      setText(step.mark, marks[row.status])
      step.mark.setAttribute('aria-label', row.status)
      setText(step.name, row.name)
      setText(step.detail, row.detail)
      fill(step.children, row.children, seen)
      step.children.hidden = row.children.length === 0
      if (parent.children[index] !== step.item) parent.insertBefore(step.item, parent.children[index] ?? null)
    }
  }
}

function createStep() {
  const item = element('li')
  const line = element('div', '', 'step')
  const mark = element('span', '', 'mark')
  mark.setAttribute('role', 'img')
  const [name, time, detail] = [
    element('bdi', '', 'name said'),
    element('span', '', 'time'),
    element('span', '', 'detail said'),
  ]
  const children = element('ol')
  line.append(mark, name, time, detail)
  item.append(line, children)
  return { item, line, mark, name, time, detail, children, row: undefined }
}
