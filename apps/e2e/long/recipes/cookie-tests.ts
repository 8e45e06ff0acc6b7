import { expect, it } from 'vitest'
import { launchBrowser, openPage } from '../../test/browser.js'
import { knock } from './knock.js'
import type { Program } from './program.js'
import { longText, type Name, people, post, shortText, startRun } from './recipe-api.js'

/** How a recipe is played. */
export interface CookieRecipe {
  /** Starts it; `SESSION_MS` is how long a login lasts. */
  readonly start: (env?: { SESSION_MS: string }) => Promise<Program>
  /** How a foreign origin is refused: before the upgrade, or where a framework has made it, after. */
  readonly foreign: 'http 403' | 'closed 4403'
  /** How nobody is refused: at the door, or where guests are let in for what run tokens say, at the run. Default: at the door. */
  readonly anonymous?: 'closed 4401' | 'not_found'
}

async function cookieOf(url: string, name: Name): Promise<string> {
  const response = await post(url, '/login', { name, password: people[name] })
  const [cookie = '', ...attributes] = response.headers.get('set-cookie')?.split('; ') ?? []
  expect(attributes).toEqual(expect.arrayContaining(['HttpOnly', expect.stringMatching(/^SameSite=(Lax|Strict)$/i)]))
  return cookie
}

/** Adds the tests that every recipe with a session cookie has to pass. */
export function cookieTests({ start, foreign, anonymous = 'closed 4401' }: CookieRecipe): void {
  it('shows its page a run to its end, and stops one', async () => {
    const { url } = await start()
    const browser = await launchBrowser()
    try {
      const { page, faults } = await openPage(browser, url)
      await page.getByLabel('Name').fill('ann')
      await page.getByLabel('Password').fill(people.ann)
      await page.getByRole('button', { name: 'Log in' }).click()
      await page.getByText('Logged in.').waitFor()
      await page.getByRole('button', { name: 'Run' }).click()
      await page.getByText('Done: HELLO FROM A CHAIN').waitFor()
      expect(await page.locator('#text').textContent()).toBe('HELLO FROM A CHAIN ')
      await page.getByLabel('Text').fill(longText)
      await page.getByRole('button', { name: 'Run' }).click()
      await page.getByText('50 %').waitFor()
      await page.getByRole('button', { name: 'Stop' }).click()
      await page.getByText('Stopped: stopped by the user.').waitFor()

      expect(faults).toEqual([])
    } finally {
      await browser.close()
    }
  })

  it('lets in by cookie who may, and nobody else', async () => {
    const { url } = await start()
    const origin = url
    const [ann, bob, sue] = await Promise.all([cookieOf(url, 'ann'), cookieOf(url, 'bob'), cookieOf(url, 'sue')])
    const runId = await startRun(url, shortText, { cookie: ann })
    const runs = { runId, other: await startRun(url, longText, { cookie: ann }) }
    const cancelled = { runId: runs.other, action: 'cancel' } as const
    const outcomes = {
      owner: await knock(url, { headers: { cookie: ann, origin }, runId }),
      support: await knock(url, { headers: { cookie: sue, origin }, runId }),
      anonymous: await knock(url, { headers: { origin }, runId }),
      'another user': await knock(url, { headers: { cookie: bob, origin }, runId }),
      'a cookie that is none': await knock(url, { headers: { cookie: `${ann}x`, origin }, runId }),
      'a foreign page': await knock(url, { headers: { cookie: ann, origin: 'http://evil.example' }, runId }),
      'a cookie from no page': await knock(url, { headers: { cookie: ann }, runId }),
      'an unknown run': await knock(url, { headers: { cookie: ann, origin }, runId: 'unknown' }),
      'cancel, support': await knock(url, { headers: { cookie: sue, origin }, ...cancelled }),
      'cancel, another user': await knock(url, { headers: { cookie: bob, origin }, ...cancelled }),
      'cancel, owner': await knock(url, { headers: { cookie: ann, origin }, ...cancelled }),
    }

    expect(outcomes).toEqual({
      owner: 'complete',
      support: 'complete',
      anonymous,
      'another user': 'not_found',
      'a cookie that is none': 'closed 4401',
      'a foreign page': foreign,
      'a cookie from no page': foreign,
      'an unknown run': 'not_found',
      'cancel, support': 'not_found',
      'cancel, another user': 'not_found',
      'cancel, owner': 'accepted',
    })
    expect((await post(url, '/runs', { text: shortText })).status).toBe(401)
    expect((await post(url, '/login', { name: 'ann', password: 'bobby' })).status).toBe(401)
  })

  it('ends a connection with its session', async () => {
    const { url } = await start({ SESSION_MS: '4000' })
    const headers = { cookie: await cookieOf(url, 'ann'), origin: url }
    const runId = await startRun(url, longText, headers)

    expect(await knock(url, { headers, runId })).toBe('closed 4501')
    expect(await knock(url, { headers, runId })).toBe('closed 4401')
  })
}
