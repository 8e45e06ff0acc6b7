import { cookies } from 'next/headers'
import { signIn } from '../../auth.mjs'
import { checkPassword } from '../../yours.mjs'

export async function POST(request) {
  const user = checkPassword(await request.json())
  if (!user) return new Response(null, { status: 401 })
  const expires = new Date(Date.now() + Number(process.env.SESSION_MS ?? 86_400_000))
  const secure = process.env.NODE_ENV === 'production'
  const store = await cookies()
  store.set('session', await signIn(user, expires), { httpOnly: true, sameSite: 'lax', secure, expires })
  return new Response(null, { status: 204 })
}
