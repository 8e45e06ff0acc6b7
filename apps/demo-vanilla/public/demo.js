// The page of the demo: one script tag for the monitor, no framework. Start reading at run-panel.js.
import { createComposer } from './composer.js'
import { createConnectionSign } from './connection-sign.js'
import { $ } from './element.js'
import { addressOf, createVisit } from './page.js'
import { createRunList } from './run-list.js'
import { createRunPanel } from './run-panel.js'

const visit = createVisit()
const parts = [createComposer(visit), createRunList(visit), createRunPanel(visit), createConnectionSign()]

const links = [...$('switch').children].map((link) => ({ link, path: link.getAttribute('href') }))

visit.subscribe(render)
render()

function render() {
  const state = visit.getSnapshot()
  for (const { link, path } of links) link.href = addressOf(state.selected, path)
  for (const show of parts) show(state)
}
