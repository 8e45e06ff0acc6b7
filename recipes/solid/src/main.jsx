import { createSignal, Show } from 'solid-js'
import { render } from 'solid-js/web'
import { runSignal } from './run-signal.js'

function App() {
  const [runId, setRunId] = createSignal()
  const start = async () => setRunId(await (await fetch('/runs', { method: 'POST' })).text())
  return (
    <main>
      <button type="button" onClick={start}>
        Start
      </button>
      <Show when={runId()} keyed>
        {(id) => <Run runId={id} />}
      </Show>
    </main>
  )
}

function Run(props) {
  const run = runSignal(props.runId)
  return (
    <section>
      <progress max={100} attr:value={run().progress} /> <b>{run().status}</b>
      <p>{run().text}</p>
    </section>
  )
}

render(() => <App />, document.getElementById('app'))
