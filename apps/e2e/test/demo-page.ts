import type { Browser, Page } from 'playwright-core'
import { openPage } from './browser.js'

/** The three pages of the demo, by the address below that of its server. */
export const demoPages = [
  { name: 'plain', path: '' },
  { name: 'React', path: 'react/' },
  { name: 'Vue', path: 'vue/' },
] as const

/** Opens a page with a visit of its own, as in another browser; without animations, which cost more than all the rest. */
export async function openVisit(browser: Browser, url: string) {
  return openPage(await browser.newContext({ reducedMotion: 'reduce' }), url)
}

/** Chooses a sample and starts a run on it. */
export async function summarise(page: Page, sample: string): Promise<void> {
  await page.getByRole('button', { name: sample }).click()
  await page.getByText(`${sample},`).waitFor()
  await page.getByRole('button', { name: 'Summarise' }).click()
}

/** Waits until the run that is shown stands as this word says. */
export async function reaches(page: Page, word: string): Promise<void> {
  await page.locator('#run-state', { hasText: new RegExp(`^${word}$`) }).waitFor({ timeout: 60_000 })
}

/** Waits until a step of the run that is shown is running. */
export async function reachesStep(page: Page, name: string): Promise<void> {
  await page.locator('#steps li[data-status="running"]', { hasText: name }).waitFor()
}

/** The line of a run in the list of the visit. */
export function itemOf(page: Page, title: string) {
  return page.locator('#run-list a', { hasText: title })
}

/** The id of the run that is shown. */
export function runIdOf(page: Page): string {
  return new URL(page.url()).searchParams.get('run') ?? ''
}
