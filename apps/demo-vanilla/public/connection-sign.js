import { $ } from './element.js'
import { connectionView, watchedIn } from './page.js'

/** The sign in the bar that says how the page is connected. */
export function createConnectionSign() {
  let monitor
  let clock

  return (state) => {
    const runId = watchedIn(state)
    if ((monitor?.runId ?? null) !== runId) {
      monitor?.close()
      monitor = runId === null ? undefined : new ChainMonitor(runId)
      monitor?.subscribe(render)
    }
    render()
  }

  function render() {
    const { state, text, reason } = connectionView(monitor?.getSnapshot().connection ?? null, Date.now())
    $('connection').dataset.state = state
    $('connection').title = reason
    $('connection').lastElementChild.textContent = text
    clearTimeout(clock)
    if (state === 'waiting') clock = setTimeout(render, 250)
  }
}
