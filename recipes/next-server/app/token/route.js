import { signIn } from '../../auth.mjs'
import { checkPassword } from '../../yours.mjs'

export async function POST(request) {
  const user = checkPassword(await request.json())
  if (!user) return new Response(null, { status: 401 })
  const endsAt = new Date(Date.now() + 1_000 * Number(process.env.TOKEN_SECONDS ?? 300))
  return Response.json({ token: await signIn(user, endsAt) })
}
