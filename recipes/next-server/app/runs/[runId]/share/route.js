import { readRun } from '@llmmon/core'
import { signRunToken } from '@llmmon/server-ws'
import { runTokenSecret, userOfRequest } from '../../../../auth.mjs'
import { mayThey, transport } from '../../../../yours.mjs'

// For somebody without an account: who has this token may watch this run, if they come within five minutes.
export async function POST(request, { params }) {
  const principal = await userOfRequest(request)
  if (!principal) return new Response(null, { status: 401 })
  const { runId } = await params
  const run = () => readRun(transport, runId)
  if (!(await mayThey({ principal, action: 'cancel', run }))) return new Response(null, { status: 404 })
  return Response.json({ token: await signRunToken({ runId, actions: ['watch'] }, runTokenSecret) })
}
