import { createMonitorClient, MonitorProvider, useChainMonitor } from '@llmmon/react'
import { createRoot } from 'react-dom/client'
import { drawn, testPage } from './page-counts.js'

const root = createRoot(document.getElementById('app') as HTMLElement)
const client = createMonitorClient()
const page = testPage((runId) => root.render(<App runId={runId} />))

function App({ runId }: { runId: string | null }) {
  if (runId === 'nothing') return null
  const others = Array.from({ length: 49 }, (_, index) => `text-${index}`)
  return (
    <MonitorProvider client={client}>
      <Status runId={runId} />
      <Everything runId={runId} />
      {others.map((key) => (
        <Text key={key} runId={runId} />
      ))}
    </MonitorProvider>
  )
}

function Status({ runId }: { runId: string | null }) {
  const status = useChainMonitor(runId, { select: (run) => run.status })
  page.statusDraws += 1
  return <h1>{status}</h1>
}

function Everything({ runId }: { runId: string | null }) {
  const { text, cancel } = useChainMonitor(runId)
  drawn(page, text)
  return (
    <>
      <p>{text}</p>
      <button type="button" onClick={cancel}>
        Stop
      </button>
    </>
  )
}

function Text({ runId }: { runId: string | null }) {
  return <p>{useChainMonitor(runId, { select: (run) => run.text })}</p>
}
