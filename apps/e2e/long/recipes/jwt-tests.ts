import { signRunToken } from '@llmmon/server-ws'
import { expect, it, vi } from 'vitest'
import type { Recipe } from './install-recipe.js'
import { knock } from './knock.js'
import type { Program } from './program.js'
import { longText, type Name, people, post, shortText, startRun } from './recipe-api.js'

/** How a recipe is played. */
export interface JwtRecipe {
  readonly recipe: Recipe
  /** Starts it; `TOKEN_SECONDS` is how long a token lasts, `RUN_TOKEN_SECRET` signs run tokens. */
  readonly start: (env?: { TOKEN_SECONDS?: string; RUN_TOKEN_SECRET?: string }) => Promise<Program>
}

async function tokenOf(url: string, name: Name): Promise<string> {
  const response = await post(url, '/token', { name, password: people[name] })
  return (await response.json()).token
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

/** Adds the tests that every recipe with a JWT and run tokens has to pass. */
export function jwtTests({ recipe, start }: JwtRecipe): void {
  it('shows its client a run to its end', async () => {
    const { url } = await start()
    const printed = await recipe.run(['node', 'client.mjs', 'ann', people.ann, shortText], { SERVER: url })

    expect(printed).toBe('HELLO FROM A CHAIN \nHELLO FROM A CHAIN \n')
  })

  it('lets in by JWT who may, and nobody else', async () => {
    const { url } = await start()
    const [ann, bob, sue] = await Promise.all([tokenOf(url, 'ann'), tokenOf(url, 'bob'), tokenOf(url, 'sue')])
    const runId = await startRun(url, shortText, bearer(ann))
    const cancelled = { runId: await startRun(url, longText, bearer(ann)), action: 'cancel' } as const
    // A token of the same words, by another key.
    const forged = `${ann.slice(0, ann.lastIndexOf('.'))}.${bob.slice(bob.lastIndexOf('.') + 1)}`
    const outcomes = {
      owner: await knock(url, { token: ann, runId }),
      support: await knock(url, { token: sue, runId }),
      anonymous: await knock(url, { runId }),
      'another user': await knock(url, { token: bob, runId }),
      forged: await knock(url, { token: forged, runId }),
      'a foreign page': await knock(url, { token: ann, headers: { origin: 'http://evil.example' }, runId }),
      'an unknown run': await knock(url, { token: ann, runId: 'unknown' }),
      'cancel, anonymous': await knock(url, cancelled),
      'cancel, support': await knock(url, { token: sue, ...cancelled }),
      'cancel, another user': await knock(url, { token: bob, ...cancelled }),
      'cancel, owner': await knock(url, { token: ann, ...cancelled }),
    }

    expect(outcomes).toEqual({
      owner: 'complete',
      support: 'complete',
      anonymous: 'not_found',
      'another user': 'not_found',
      forged: 'closed 4401',
      'a foreign page': 'http 403',
      'an unknown run': 'not_found',
      'cancel, anonymous': 'not_found',
      'cancel, support': 'not_found',
      'cancel, another user': 'not_found',
      'cancel, owner': 'accepted',
    })
    expect((await post(url, '/runs', { text: shortText })).status).toBe(401)
    expect((await post(url, '/token', { name: 'ann', password: 'bobby' })).status).toBe(401)
  })

  it('lets in by run token whom the owner of a run has given it', async () => {
    const secret = 'a secret of more than thirty-two bytes'
    const { url } = await start({ RUN_TOKEN_SECRET: secret })
    const [ann, bob] = await Promise.all([tokenOf(url, 'ann'), tokenOf(url, 'bob')])
    const runId = await startRun(url, shortText, bearer(ann))
    const other = await startRun(url, longText, bearer(ann))
    const shared = await post(url, `/runs/${runId}/share`, {}, bearer(ann))
    const runToken: string = (await shared.json()).token
    const expired = await anHourAgo(() => signRunToken({ runId, actions: ['watch'] }, secret))
    const outcomes = {
      guest: await knock(url, { runId, runToken }),
      'another user': await knock(url, { token: bob, runId, runToken }),
      'cancel, guest': await knock(url, { action: 'cancel', runId, runToken }),
      'another run': await knock(url, { runId: other, runToken }),
      expired: await knock(url, { runId, runToken: expired }),
      'instead of a login': await knock(url, { token: runToken, runId }),
    }

    expect(outcomes).toEqual({
      guest: 'complete',
      'another user': 'complete',
      'cancel, guest': 'not_found',
      'another run': 'not_found',
      expired: 'not_found',
      'instead of a login': 'closed 4401',
    })
    expect((await post(url, `/runs/${runId}/share`, {}, bearer(bob))).status).toBe(404)
    expect((await post(url, `/runs/${runId}/share`, {})).status).toBe(401)
  })

  it('ends a connection with its token', async () => {
    const { url } = await start({ TOKEN_SECONDS: '4' })
    const token = await tokenOf(url, 'ann')
    const runId = await startRun(url, longText, bearer(token))

    expect(await knock(url, { token, runId })).toBe('closed 4501')
    expect(await knock(url, { token, runId })).toBe('closed 4401')
  })
}

async function anHourAgo<T>(make: () => Promise<T>): Promise<T> {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 3_600_000 })
  try {
    return await make()
  } finally {
    vi.useRealTimers()
  }
}
