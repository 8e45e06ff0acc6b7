import { reserveRun } from '@llmmon/core'
import { userOfRequest } from '../../auth.mjs'
import { chain, transport } from '../../yours.mjs'

export async function POST(request) {
  const user = await userOfRequest(request)
  if (!user) return new Response(null, { status: 401 })
  const { text } = await request.json()
  const metadata = { userId: user.id }
  // Stored before the page is told of it: whoever asks for the run finds whose it is.
  const { runId } = await reserveRun({ transport, metadata })
  chain.start(text, { runId, metadata })
  return Response.json({ runId })
}
