import { WebSocket } from 'ws'

/** What somebody brings to a server, and what they want there. */
export interface Knock {
  readonly headers?: Readonly<Record<string, string>>
  /** The token of the first frame. */
  readonly token?: string
  readonly action?: 'watch' | 'cancel'
  readonly runId: string
  /** The token of the request for the run. */
  readonly runToken?: string
}

/**
 * Asks a server for a run, as PROTOCOL.md says and with no code of ours; gives how it went, in a word: `http 403`, `closed 4401`, `not_found`, the `accepted` of a cancel, the
 * `complete` of a run that was watched to its end.
 */
export function knock(url: string, { headers = {}, token, action = 'watch', runId, runToken }: Knock): Promise<string> {
  const ws = new WebSocket(`${url.replace('http', 'ws')}/ws`, ['llmmon.v1'], { headers })
  const outcome = new Promise<string>((resolve, reject) => {
    let lastEvent = 'nothing'
    ws.on('unexpected-response', (_request, response) => resolve(`http ${response.statusCode}`))
    ws.on('error', reject)
    ws.on('close', (code) => resolve(`closed ${code}`))
    ws.on('message', (data) => {
      const frame = JSON.parse(String(data))
      if (frame.type === 'events') lastEvent = frame.events.at(-1).update_type
      if (frame.type === 'end') resolve(lastEvent)
      if (frame.type === 'error') resolve(frame.code)
      if (frame.type === 'cancel_answer') resolve(frame.answer)
    })
  })
  ws.on('open', () => {
    ws.send(JSON.stringify({ type: 'hello', token }))
    const type = action === 'watch' ? 'subscribe' : 'cancel'
    ws.send(JSON.stringify({ type, ref: 1, run_id: runId, token: runToken }))
  })
  return outcome.finally(() => {
    // What was refused has no connection that could be closed.
    ws.on('error', () => undefined)
    ws.close()
  })
}
