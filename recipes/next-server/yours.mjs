// What you have already: users, and a chain. These stand for yours.
import { setTimeout } from 'node:timers/promises'
import { memoryTransport, monitorChain } from '@llmmon/core'

const users = new Map([
  ['ann', { id: 'ann', role: 'customer', password: 'annie' }],
  ['bob', { id: 'bob', role: 'customer', password: 'bobby' }],
  ['sue', { id: 'sue', role: 'support', password: 'susie' }],
])

/** The user, without a secret; undefined unless the password is right. */
export function checkPassword({ name, password }) {
  const user = users.get(name)
  return user?.password === password ? { id: user.id, role: user.role } : undefined
}

/** With several processes: `redisTransport({ url })` of @llmmon/transport-redis. */
// Next bundles the routes apart from server.mjs: what both use is kept where both find it.
globalThis.llmmonTransport ??= memoryTransport()
export const transport = globalThis.llmmonTransport

/** Says a text again, loudly, word by word. */
export const chain = monitorChain(
  async (text, run) => {
    const words = await run.step('split', () => text.split(' '))
    return run.step('shout', (step) => step.tap(shout(words, run.signal)), { kind: 'llm' })
  },
  { name: 'shout', transport, totalSteps: 2 },
)

async function* shout(words, signal) {
  for (const word of words) {
    await setTimeout(50, undefined, { signal })
    yield `${word.toUpperCase()} `
  }
}

/** Who may do what: owners everything with their own runs, the support may watch. */
export async function mayThey({ principal, action, run }) {
  const owner = (await run())?.metadata.userId
  if (owner === undefined || principal.id === undefined) return false
  return owner === principal.id || (principal.role === 'support' && action === 'watch')
}
