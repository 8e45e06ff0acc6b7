'use client'

import { ChainMonitor } from '@llmmon/client'
import { useState } from 'react'

function post(path, form) {
  const body = JSON.stringify(Object.fromEntries(new FormData(form)))
  return fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
}

export default function Page() {
  const [monitor, setMonitor] = useState(null)
  const [text, setText] = useState('')
  const [state, setState] = useState('')

  async function logIn(event) {
    event.preventDefault()
    const { ok } = await post('/login', event.currentTarget)
    setState(ok ? 'Logged in.' : 'Wrong name or password.')
  }

  async function start(event) {
    event.preventDefault()
    const response = await post('/runs', event.currentTarget)
    if (!response.ok) return setState('Log in first.')
    const { runId } = await response.json()
    monitor?.close()
    const next = new ChainMonitor(runId)
    setText('')
    setMonitor(next)
    next.onToken(({ delta }) => setText((before) => before + delta))
    next.onStep(({ progress_percentage }) => setState(`${progress_percentage} %`))
    next.onCancelled(({ reason }) => setState(`Stopped: ${reason}.`))
    next.onError(({ error }) => setState(error))
    next.onComplete(({ result }) => setState(`Done: ${result}`))
  }

  return (
    <main>
      <form onSubmit={logIn}>
        <label>
          Name <input name="name" autoComplete="username" />
        </label>
        <label>
          Password <input name="password" type="password" autoComplete="current-password" />
        </label>
        <button type="submit">Log in</button>
      </form>
      <form onSubmit={start}>
        <label>
          Text <input name="text" defaultValue="hello from a chain" />
        </label>
        <button type="submit">Run</button>
        <button type="button" disabled={!monitor} onClick={() => monitor.cancel('stopped by the user')}>
          Stop
        </button>
      </form>
      <pre id="text">{text}</pre>
      <p role="status">{state}</p>
    </main>
  )
}
