import { $, element, setBar, setText } from './element.js'
import { createOutcome, fillFacts } from './outcome.js'
import {
  announce,
  bringIntoView,
  factsOf,
  headOf,
  knownIn,
  liveTextOf,
  noticeOf,
  outcomeOf,
  seconds,
  stepRows,
} from './page.js'
import { createStepList } from './step-list.js'

/** The run that is shown: one monitor, whose snapshot is drawn again whenever there is another. */
export function createRunPanel(visit) {
  const steps = createStepList($('steps'))
  const showOutcome = createOutcome($('result'))
  let monitor
  let clock
  let problem = ''
  $('stop').addEventListener('click', stop)

  return ({ selected }) => {
    if ((monitor?.runId ?? null) !== selected) watch(selected)
  }

  function watch(runId) {
    monitor?.close()
    clearInterval(clock)
    monitor = undefined
    problem = ''
    $('run').hidden = runId === null
    $('nothing').hidden = runId !== null
    if (runId === null) return
    // A bar of its own for each run: it does not come from where another one stood.
    $('progress').replaceChildren(element('span'))
    setText($('run-id'), runId)
    $('second-tab').href = `?run=${runId}`
    monitor = new ChainMonitor(runId)
    monitor.subscribe(render)
    clock = setInterval(renderTimes, 100)
    render()
    bringIntoView($('run'))
  }

  async function stop() {
    const stopped = monitor
    problem = ''
    $('stop').disabled = true
    await stopped.cancel('the button on the page').catch((error) => {
      problem = `It could not be stopped: ${error.message}`
    })
    if (monitor === stopped) render()
  }

  function render() {
    const run = monitor.getSnapshot()
    const known = knownIn(visit.getSnapshot(), run.runId)
    const head = headOf(run, known)
    setText($('run-heading'), head.title)
    setText($('run-state'), head.word)
    $('run-state').dataset.status = head.status
    setText($('run-percent'), head.progress === null || head.isOver ? '' : `${Math.round(head.progress)} %`)
    $('stop').disabled = !head.canStop
    setBar($('progress'), head)
    if (head.progress === null) $('progress').removeAttribute('aria-valuenow')
    else $('progress').setAttribute('aria-valuenow', String(Math.round(head.progress)))
    renderNotice(noticeOf(run, known))
    steps.show(stepRows(run))
    renderText(run, head)
    showOutcome(outcomeOf(run))
    fillFacts($('facts'), factsOf(run))
    renderTimes()
    setText($('announcement'), announce(run))
    if (head.isOver) clearInterval(clock)
  }

  function renderNotice({ kind, text }) {
    const isError = kind === 'error'
    $('notice').dataset.kind = kind
    $('notice').hidden = isError
    setText($('notice'), isError ? '' : problem || text)
    $('error').hidden = !isError
    setText($('error'), isError ? text : '')
  }

  function renderText(run, { isOver }) {
    const paragraphs = liveTextOf(run)
    const box = $('live').firstElementChild
    while (box.children.length > paragraphs.length) box.lastElementChild.remove()
    for (const [index, text] of paragraphs.entries()) {
      const node = (box.children[index] ?? box.appendChild(createParagraph())).firstElementChild
      // Only what is new is added: what a person has selected stays selected.
      if (node.firstChild && text.startsWith(node.textContent)) {
        node.firstChild.appendData(text.slice(node.textContent.length))
      } else setText(node, text)
    }
    $('live').dataset.state = isOver ? 'over' : paragraphs.length === 0 ? 'waiting' : 'writing'
    $('live').hidden = isOver && paragraphs.length === 0
  }

  function renderTimes() {
    const { startedAt, endedAt } = monitor.getSnapshot()
    setText($('run-time'), seconds(startedAt, endedAt ?? Date.now()))
    steps.showTimes(endedAt)
  }
}

function createParagraph() {
  const paragraph = element('p')
  paragraph.append(element('span'))
  return paragraph
}
