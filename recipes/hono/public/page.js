const { ChainMonitor } = globalThis
const byId = (id) => document.getElementById(id)
const say = (state) => byId('state').replaceChildren(state)

function post(path, form) {
  const body = JSON.stringify(Object.fromEntries(new FormData(form)))
  return fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
}

byId('log-in').addEventListener('submit', async (event) => {
  event.preventDefault()
  const { ok } = await post('/login', event.target)
  say(ok ? 'Logged in.' : 'Wrong name or password.')
})

byId('start').addEventListener('submit', async (event) => {
  event.preventDefault()
  const response = await post('/runs', event.target)
  if (!response.ok) return say('Log in first.')
  const { runId } = await response.json()
  const monitor = new ChainMonitor(runId)
  const stop = byId('stop')
  byId('text').replaceChildren()
  stop.disabled = false
  stop.onclick = () => monitor.cancel('stopped by the user')
  // Text, never markup: a model may say anything.
  monitor.onToken(({ delta }) => byId('text').append(delta))
  monitor.onStep(({ progress_percentage }) => say(`${progress_percentage} %`))
  monitor.onCancelled(({ reason }) => say(`Stopped: ${reason}.`))
  monitor.onError(({ error }) => say(error))
  monitor.onComplete(({ result }) => say(`Done: ${result}`))
})
