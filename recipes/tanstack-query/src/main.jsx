import { QueryClient, QueryClientProvider, useMutation, useQuery } from '@tanstack/react-query'
import { createRoot } from 'react-dom/client'
import { runQuery } from './run-query.js'

function App() {
  const start = useMutation({ mutationFn: async () => (await fetch('/runs', { method: 'POST' })).text() })
  return (
    <main>
      <button type="button" onClick={() => start.mutate()}>
        Start
      </button>
      {start.data && <Run runId={start.data} />}
    </main>
  )
}

function Run({ runId }) {
  const { data: run, fetchStatus } = useQuery(runQuery(runId))
  return (
    <section>
      <progress max={100} value={run?.progress ?? undefined} /> <b>{run?.status}</b> {fetchStatus}
      <p>{run?.text}</p>
    </section>
  )
}

createRoot(document.getElementById('app')).render(
  <QueryClientProvider client={new QueryClient()}>
    <App />
  </QueryClientProvider>,
)
