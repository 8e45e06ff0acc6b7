// node client.mjs ann annie 'hello from a chain'
import { ChainMonitor } from '@llmmon/client'
import { WebSocket } from 'ws'

const [name, password, text] = process.argv.slice(2)
const server = process.env.SERVER ?? 'http://localhost:3000'

async function post(path, body, token) {
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) }
  const response = await fetch(server + path, { method: 'POST', headers, body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`${path} answered ${response.status}`)
  return response.json()
}

const logIn = async () => (await post('/token', { name, password })).token
const { runId } = await post('/runs', { text }, await logIn())
// Asked for the connection, and again before the token ends; for each run as well, where it may give a run token.
const getToken = (about) => (about.runId ? null : logIn())
const monitor = new ChainMonitor(runId, { url: `${server}/ws`, getToken, WebSocket })
monitor.onToken(({ delta }) => process.stdout.write(delta))
console.log(`\n${await monitor.result}`)
monitor.close()
