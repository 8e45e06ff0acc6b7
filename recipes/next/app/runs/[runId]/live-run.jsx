'use client'

import { createMonitorClient, MonitorProvider, useChainMonitor } from '@llmmon/react'
import { useState } from 'react'

export function LiveRun({ url, ...run }) {
  const [client] = useState(() => createMonitorClient({ url: `${url}/ws` }))
  return (
    <MonitorProvider client={client}>
      <Run {...run} />
    </MonitorProvider>
  )
}

function Run({ runId, initialState }) {
  const { status, progress, text, cancel } = useChainMonitor(runId, { initialState: initialState ?? undefined })
  return (
    <main>
      <progress max={100} value={progress ?? undefined} /> <b>{status}</b>
      <p>{text}</p>
      {status === 'running' && (
        <button type="button" onClick={cancel}>
          Stop
        </button>
      )}
    </main>
  )
}
