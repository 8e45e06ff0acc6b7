import { $, element, setBar, setText } from './element.js'
import { itemOf, marks } from './page.js'

/** The runs of the visit, each watched until it is over: any number of monitors share one connection. */
export function createRunList(visit) {
  const items = new Map()
  $('forget').addEventListener('click', () => visit.forgetEnded())

  return ({ runs, selected }) => {
    $('no-runs').hidden = runs.length > 0
    $('forget').hidden = !runs.some(({ end, runId }) => end !== null && runId !== selected)
    for (const [runId, item] of items) {
      if (runs.some((run) => run.runId === runId)) continue
      item.close()
      items.delete(runId)
    }
    for (const [index, run] of runs.entries()) {
      const item = items.get(run.runId) ?? createItem(run)
      items.set(run.runId, item)
      item.show(run, run.runId === selected)
      if ($('run-list').children[index] !== item.node)
        $('run-list').insertBefore(item.node, $('run-list').children[index])
    }
  }

  function createItem({ runId, end }) {
    const node = element('li')
    const link = element('a')
    link.href = `?run=${runId}`
    const bar = element('span', '', 'bar-line')
    bar.append(element('span'))
    const [mark, title, word] = [element('span', '', 'mark'), element('bdi', '', 'title'), element('span', '', 'word')]
    mark.setAttribute('role', 'img')
    link.append(mark, title, word, bar)
    node.append(link)
    link.addEventListener('click', (event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey) return
      event.preventDefault()
      visit.select(runId)
    })

    let run
    let monitor = end === null ? new ChainMonitor(runId) : undefined
    monitor?.subscribe(() => {
      visit.saw(monitor.getSnapshot())
      render()
    })

    return {
      node,
      show,
      close() {
        monitor?.close()
        node.remove()
      },
    }

    function show(known, isSelected) {
      run = known
      if (isSelected) link.setAttribute('aria-current', 'true')
      else link.removeAttribute('aria-current')
      if (run.end !== null) {
        monitor?.close()
        monitor = undefined
      }
      render()
    }

    function render() {
      const item = itemOf(run, monitor?.getSnapshot() ?? null)
      link.dataset.status = item.status
      setText(mark, marks[item.status])
      mark.setAttribute('aria-label', item.status)
      setText(title, item.title)
      setText(word, item.word)
      setBar(bar, item)
    }
  }
}
