/** Where a model was looked for. */
export interface ModelAddress {
  readonly baseUrl: string
  readonly model: string
}

/** What a failed call to a model server means, and what to do about it; the error itself is kept as the cause. */
export class ModelError extends Error {
  override readonly name = 'ModelError'
  /** The status the server answered; undefined where it did not answer. */
  readonly status: number | undefined

  constructor(cause: unknown, { baseUrl, model }: ModelAddress) {
    const status = statusOf(cause)
    const said = cause instanceof Error ? cause.message : String(cause)
    super(`The model "${model}" at ${withoutSecrets(baseUrl)} ${explain(status, said)}`, { cause })
    this.status = status
  }
}

function explain(status: number | undefined, said: string): string {
  if (status === undefined) return `could not be reached (${said}). Check OPENAI_BASE_URL and that the server runs.`
  if (status === 401 || status === 403) return `refused the key (${said}). Check OPENAI_API_KEY.`
  if (status === 404)
    return `was not found (${said}). Check OPENAI_MODEL and OPENAI_BASE_URL, which ends in /v1 as a rule.`
  if (status === 429) return `has had enough for now (${said}). Wait, or check the quota of the key.`
  if (status >= 500) return `failed (${said}). Try again; if it stays so, look into the server's log.`
  return `refused the request (${said}).`
}

function statusOf(error: unknown): number | undefined {
  const { status } = (typeof error === 'object' && error !== null ? error : {}) as { status?: unknown }
  return typeof status === 'number' ? status : undefined
}

function withoutSecrets(url: string): string {
  try {
    const { origin, pathname } = new URL(url)
    return `${origin}${pathname}`
  } catch {
    return 'an address that is not a URL'
  }
}
