/** The users of all recipes. Sue is of the support: she may watch every run, and cancel none. */
export const people = { ann: 'annie', bob: 'bobby', sue: 'susie' } as const

/** A name of one of them. */
export type Name = keyof typeof people

/** Takes some tenths of a second. */
export const shortText = 'hello from a chain'
/** Takes longer than any test. */
export const longText = 'word '.repeat(2_000)

/** Sends a request to a recipe, as its page or client does. */
export function post(url: string, path: string, body: object, headers: Record<string, string> = {}): Promise<Response> {
  const all = { 'content-type': 'application/json', ...headers }
  return fetch(url + path, { method: 'POST', headers: all, body: JSON.stringify(body) })
}

/** Starts a run; gives its id. */
export async function startRun(url: string, text: string, headers: Record<string, string>): Promise<string> {
  const response = await post(url, '/runs', { text }, headers)
  if (!response.ok) throw new Error(`Expected a run to be started; the recipe answered ${response.status}.`)
  return (await response.json()).runId
}
